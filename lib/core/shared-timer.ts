import { AsyncResource } from 'node:async_hooks';
import { type Clock, MAX_TIMER_MS, systemClock, type Timer } from './clock.js';
import { type Moment, startMoment, tellMoment } from './moments.js';
import { isRealTime, monotonicNow, realTimeout } from './real-time.js';

/** A started timer. */
export interface Started {
  cancel(): void;
}

/**
 * Calls `callback` once, `ms` milliseconds from now and after 24 days at the latest, in the async context of the caller.
 * Keeps the process alive until then. With the system clock, all timers of one length share one Node timer: that costs a
 * third, because most are cancelled before they fire. A test's clock, and fake globals, get one timer for each call.
 */
export function startTimer(clock: Clock, callback: () => void, ms: number): Started {
  if (clock === systemClock && isRealTime()) {
    const queueMs = Math.min(ms, MAX_TIMER_MS);
    let queue = queues.get(queueMs);
    if (!queue) queues.set(queueMs, (queue = new TimerQueue(queueMs)));
    return queue.add(callback);
  }
  return new SingleTimer(clock, callback, ms);
}

/** A timer that keeps the async context in which it was started. */
class SingleTimer extends AsyncResource implements Started {
  readonly #clock: Clock;
  #timer: Timer;

  constructor(clock: Clock, callback: () => void, ms: number) {
    super('holdfast.timer');
    this.#clock = clock;
    // A clock of a test may call back in any context.
    this.#timer = clock.setTimer(() => this.runInAsyncScope(callback), ms);
  }

  cancel(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}

/** The queues by their length in milliseconds. A queue without a timer is deleted. */
const queues = new Map<number, TimerQueue>();

/** One timer in a queue. Keeps the async context in which it was started. */
class Entry extends AsyncResource implements Started {
  readonly since: Moment;
  readonly #queue: TimerQueue;
  readonly #callback: () => void;
  before: Entry | undefined;
  behind: Entry | undefined;
  isQueued = true;

  constructor(queue: TimerQueue, callback: () => void, before: Entry | undefined) {
    super('holdfast.timer');
    this.since = startMoment();
    this.#queue = queue;
    this.#callback = callback;
    this.before = before;
  }

  cancel(): void {
    if (this.isQueued) this.#queue.remove(this);
  }

  fire(): void {
    this.runInAsyncScope(this.#callback);
  }
}

/**
 * All timers of one length, in the order of their start, which is the order in which they are due. Uses the monotonic
 * clock.
 */
class TimerQueue {
  readonly #ms: number;
  #first: Entry | undefined;
  #last: Entry | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  add(callback: () => void): Entry {
    const entry = new Entry(this, callback, this.#last);
    if (this.#last) this.#last.behind = entry;
    else this.#begin(entry);
    this.#last = entry;
    return entry;
  }

  remove(entry: Entry): void {
    const { before, behind } = entry;
    entry.isQueued = false;
    // A timer that is over keeps none of those that were started later.
    entry.before = entry.behind = undefined;
    if (before) before.behind = behind;
    else this.#first = behind;
    if (behind) behind.before = before;
    else this.#last = before;
    // Node's timer stays for the next entry, but an empty queue does not keep the process alive.
    if (!this.#first) this.#timer?.unref?.();
  }

  #begin(entry: Entry): void {
    this.#first = entry;
    if (this.#timer) this.#timer.ref?.();
    else this.#arm(this.#ms);
  }

  #arm(ms: number): void {
    this.#timer = realTimeout(this.#fire, ms);
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    try {
      for (let entry = this.#first; entry && this.#leftMs(entry) <= 1; entry = this.#first) {
        this.remove(entry);
        entry.fire();
      }
    } finally {
      // Also if a callback has thrown: the others are still due. A callback may have started another timer.
      if (!this.#timer) this.#rearm();
    }
  };

  #rearm(): void {
    if (this.#first) this.#arm(Math.max(1, this.#leftMs(this.#first)));
    else queues.delete(this.#ms);
  }

  #leftMs({ since }: Entry): number {
    // Only a timer of this very turn may not have been told yet.
    if (since.at === Infinity) tellMoment();
    return since.at + this.#ms - monotonicNow();
  }
}
