import { AsyncResource } from 'node:async_hooks';
import type { Clock, Timer } from '../core/clock.js';
import { ConfigurationError } from '../core/errors.js';
import { type Duration, isDuration, toMs } from '../core/duration.js';
import { TimerQueue } from './timer-queue.js';

/**
 * Time that stands still until it is told to go on: `configure({ clock: new FakeClock() })`. Retries that would take a
 * minute take no time at all.
 */
export class FakeClock implements Clock {
  #now: number;
  readonly #pending = new TimerQueue();
  #advancing: Promise<void> = Promise.resolve();

  /** @param start milliseconds since the epoch at which the clock begins; by default the real time of now */
  constructor(start: number = Date.now()) {
    this.#now = start;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#now;
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#pending.size;
  }

  /**
   * Lets time go on. Timers fire in their order, each at its own moment, and what they set off runs in between, so
   * that a whole sequence of retries can go by in one step. Await it.
   * @throws {ConfigurationError} for anything but a duration such as `'500ms'` or `'2s'`
   */
  advance(duration: Duration): Promise<void> {
    if (!isDuration(duration))
      throw new ConfigurationError([`advance: expected a duration such as "2s", got ${String(duration)}`]);
    const ms = toMs(duration);
    // A timer that throws fails the step in which it fires, and no later one.
    this.#advancing = this.#advancing.catch(() => undefined).then(() => this.#advanceTo(this.#now + ms));
    return this.#advancing;
  }

  setTimer(callback: () => void, ms: number): Timer {
    const due = this.#now + Math.max(0, ms);
    // As a timer of Node's does, it carries the async context of whoever sets it.
    const bound = AsyncResource.bind(callback);
    // No moment is never.
    return this.#pending.add(Number.isNaN(due) ? Number.POSITIVE_INFINITY : due, () => bound());
  }

  clearTimer(timer: Timer): void {
    this.#pending.remove(timer);
  }

  async #advanceTo(target: number): Promise<void> {
    await settled();
    for (let next = this.#pending.first; next && next.due <= target; next = this.#pending.first) {
      this.#pending.remove(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
      await settled();
    }
    this.#now = target;
  }
}

/** Resolves when everything that could run without waiting for anything has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
