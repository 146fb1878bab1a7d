import { PER_SECOND } from './scenario.js';

/**
 * @typedef {{
 *   take(now: number): boolean,
 *   waitMs(now: number): number,
 * }} Limit a request is let in or not; and how long until one will be, if nobody else asks
 */

class Bucket {
  #tokens = PER_SECOND;
  #at = 0;

  /** @param {number} least how far refused requests take from it */
  constructor(least = 0) {
    this.least = least;
  }

  take(now) {
    this.#fill(now);
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return true;
    }
    if (this.least < 0) this.#tokens = Math.max(this.least, this.#tokens - 1);
    return false;
  }

  waitMs(now) {
    this.#fill(now);
    return Math.max(0, Math.ceil(((1 - this.#tokens) * 1000) / PER_SECOND));
  }

  #fill(now) {
    this.#tokens = Math.min(PER_SECOND, this.#tokens + ((now - this.#at) * PER_SECOND) / 1000);
    this.#at = now;
  }
}

class Window {
  #window = 0;
  #taken = 0;

  constructor(ms) {
    this.ms = ms;
  }

  take(now) {
    this.#begin(now);
    if (this.#taken >= (PER_SECOND * this.ms) / 1000) return false;
    this.#taken += 1;
    return true;
  }

  waitMs(now) {
    this.#begin(now);
    return this.#taken < (PER_SECOND * this.ms) / 1000 ? 0 : this.ms - (now % this.ms);
  }

  #begin(now) {
    const window = Math.floor(now / this.ms);
    if (window !== this.#window) this.#taken = 0;
    this.#window = window;
  }
}

/** @returns {Limit} */
export function limitOf(upstream) {
  if (upstream === 'bucket') return new Bucket();
  if (upstream === 'counting') return new Bucket(-PER_SECOND);
  return new Window(upstream === 'window-10s' ? 10_000 : 60_000);
}
