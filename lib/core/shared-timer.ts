import { AsyncResource } from 'node:async_hooks';
import { type Clock, systemClock, type Timer } from './clock.js';

/** A timer that has been started. */
export interface Started {
  cancel(): void;
}

const realTimeout = globalThis.setTimeout;
const realNow = Date.now;

/**
 * Calls `callback` once, `ms` milliseconds from now, in the async context of the caller, and keeps the process alive until
 * then. With the real time, timers of one length share one of Node's, which costs a third of a timer for each: most are
 * cancelled before they fire. A clock of a test, and fake globals, get a timer for each.
 */
export function startTimer(clock: Clock, callback: () => void, ms: number): Started {
  if (clock === systemClock && globalThis.setTimeout === realTimeout && Date.now === realNow) {
    let line = lines.get(ms);
    if (!line) lines.set(ms, (line = new Line(ms)));
    return line.add(callback);
  }
  return new OwnTimer(clock, callback, ms);
}

class OwnTimer implements Started {
  readonly #clock: Clock;
  #timer: Timer;

  constructor(clock: Clock, callback: () => void, ms: number) {
    this.#clock = clock;
    this.#timer = clock.setTimer(callback, ms);
  }

  cancel(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}

/** The lines by their length. A line without a timer is forgotten. */
const lines = new Map<number, Line>();

/** One timer in a line. Keeps the async context in which it was started. */
class Entry extends AsyncResource implements Started {
  readonly due: number;
  readonly #line: Line;
  readonly #callback: () => void;
  before: Entry | undefined;
  behind: Entry | undefined;
  isInLine = true;

  constructor(line: Line, callback: () => void, due: number, before: Entry | undefined) {
    super('holdfast.timer');
    this.due = due;
    this.#line = line;
    this.#callback = callback;
    this.before = before;
  }

  cancel(): void {
    if (this.isInLine) this.#line.remove(this);
  }

  fire(): void {
    this.runInAsyncScope(this.#callback);
  }
}

/** Timers of one length: whichever is started last is due last. Times are those of a clock that nobody sets. */
class Line {
  readonly #ms: number;
  #first: Entry | undefined;
  #last: Entry | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  add(callback: () => void): Entry {
    const entry = new Entry(this, callback, performance.now() + this.#ms, this.#last);
    if (this.#last) this.#last.behind = entry;
    else this.#begin(entry);
    this.#last = entry;
    return entry;
  }

  remove(entry: Entry): void {
    const { before, behind } = entry;
    entry.isInLine = false;
    if (before) before.behind = behind;
    else this.#first = behind;
    if (behind) behind.before = before;
    else this.#last = before;
    // Node's timer stays for the next entry, but does not keep the process alive for nobody.
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
    for (let entry = this.#first; entry && entry.due <= performance.now() + 1; entry = this.#first) {
      this.remove(entry);
      entry.fire();
    }
    // Whatever fired may have started another one.
    if (this.#timer) return;
    if (this.#first) this.#arm(Math.max(1, this.#first.due - performance.now()));
    else lines.delete(this.#ms);
  };
}
