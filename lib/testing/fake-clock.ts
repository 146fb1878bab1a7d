import { AsyncResource } from 'node:async_hooks';
import type { Clock, Timer } from '../core/clock.js';
import { ConfigurationError } from '../core/errors.js';
import { type Duration, isDuration, toMs } from '../core/duration.js';
import { TimerQueue } from './timer-queue.js';

/**
 * A clock that moves only when a test calls `advance()`: `configure({ clock: new FakeClock() })`. Retries that would
 * wait for a minute take no real time.
 */
export class FakeClock implements Clock {
  #now: number;
  readonly #pending = new TimerQueue();
  #advancing: Promise<void> = Promise.resolve();

  /** @param start the first time of the clock, in milliseconds since the epoch. Default: the system time */
  constructor(start: number = Date.now()) {
    this.#now = start;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#now;
  }

  /** The number of pending timers. */
  get timers(): number {
    return this.#pending.size;
  }

  /**
   * Moves the time forward. Timers fire in order, each at its due time, and the code they trigger runs in between, so
   * that one step can run a whole sequence of retries. Await the promise.
   * @throws {ConfigurationError} for anything but a duration such as `'500ms'` or `'2s'`
   */
  advance(duration: Duration): Promise<void> {
    if (!isDuration(duration))
      throw new ConfigurationError([`advance: expected a duration such as "2s", got ${String(duration)}`]);
    const ms = toMs(duration);
    // If a timer throws, only this call of `advance` rejects, not the later ones.
    this.#advancing = this.#advancing.catch(() => undefined).then(() => this.#advanceTo(this.#now + ms));
    return this.#advancing;
  }

  setTimer(callback: () => void, ms: number): Timer {
    const due = this.#now + Math.max(0, ms);
    // Like Node's timers, it keeps the async context of its caller.
    const bound = AsyncResource.bind(callback);
    // NaN means never.
    return this.#pending.add(Number.isNaN(due) ? Infinity : due, () => bound());
  }

  clearTimer(timer: Timer): void {
    this.#pending.remove(timer);
  }

  async #advanceTo(target: number): Promise<void> {
    await pendingCallbacks();
    for (let next = this.#pending.first; next && next.due <= target; next = this.#pending.first) {
      this.#pending.remove(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
      await pendingCallbacks();
    }
    this.#now = target;
  }
}

/** Resolves after all pending microtasks and I/O callbacks of this turn. */
function pendingCallbacks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
