const CAPACITY = 10;
const REFILL_MS = 1000;

/** Lets 10 entries through and then one a second: an outage must not become a log storm. */
export class LogBucket {
  #tokens = CAPACITY;
  #refilledAt = 0;
  #leftOut = 0;

  /** Whether one more entry may be written. */
  take(now: number): boolean {
    const refill = Math.floor((now - this.#refilledAt) / REFILL_MS);
    if (refill !== 0) {
      // A clock that was set back refills too: silence would be worse than a few entries more.
      this.#tokens = refill > 0 ? Math.min(CAPACITY, this.#tokens + refill) : CAPACITY;
      this.#refilledAt = refill > CAPACITY || refill < 0 ? now : this.#refilledAt + refill * REFILL_MS;
    }
    if (this.#tokens === 0) {
      this.#leftOut += 1;
      return false;
    }
    this.#tokens -= 1;
    return true;
  }

  /** How many entries were left out since this was last asked. */
  takeLeftOut(): number {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut;
  }
}
