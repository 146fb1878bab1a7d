import type { Clock, Timer } from '../core/clock.js';
import { partOf } from './store/shapes.js';

/** Timers that do not keep the process alive. `clear` stops all of them. */
export class BackgroundTimers {
  readonly #clock: Clock;
  readonly #pending = new Set<Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns a function that stops the timer */
  after(ms: number, callback: () => void): () => void {
    const timer = this.#clock.setTimer(() => {
      this.#pending.delete(timer);
      callback();
    }, ms);
    this.#pending.add(timer);
    const unref = partOf(timer, 'unref');
    if (typeof unref === 'function') Reflect.apply(unref, timer, []);
    return () => {
      this.#pending.delete(timer);
      this.#clock.clearTimer(timer);
    };
  }

  clear(): void {
    for (const timer of this.#pending) this.#clock.clearTimer(timer);
    this.#pending.clear();
  }
}
