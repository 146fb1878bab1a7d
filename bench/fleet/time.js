import { TimerQueue } from '../../dist/testing/timer-queue.js';

const START = Date.UTC(2026, 0, 1);

/** Numbers from 0 to 1, the same ones in every run. */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Virtual time for many thousands of timers: promises run only where something has been asked or answered. */
export class VirtualTime {
  #queue = new TimerQueue();
  #now = START;
  #hasPromises = false;

  now() {
    return this.#now;
  }

  setTimer(callback, ms) {
    return this.#queue.add(this.#now + Math.max(0, ms), callback);
  }

  clearTimer(timer) {
    this.#queue.remove(timer);
  }

  /** Whatever has been promised runs before the next timer. */
  promised() {
    this.#hasPromises = true;
  }

  async advance(ms, signal) {
    const target = this.#now + ms;
    await this.#settle();
    for (let next = this.#queue.first; next && next.due <= target; next = this.#queue.first) {
      this.#queue.remove(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
      if (this.#hasPromises) await this.#settle();
      signal?.throwIfAborted();
    }
    this.#now = target;
  }

  async #settle() {
    this.#hasPromises = false;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
