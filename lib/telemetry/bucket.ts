const CAPACITY = 10;
const REFILL_MS = 1000;

/** Lets 10 entries through and then one a second: an outage must not become a log storm. */
export class LogBucket {
  #tokens = CAPACITY;
  #refilledAt = 0;
  #leftOut = 0;

  /** Whether one more entry may be written. */
  take(now: number): boolean {
    if (!this.hasToken(now)) {
      this.leaveOut();
      return false;
    }
    this.#tokens -= 1;
    return true;
  }

  /** Whether `take` would let an entry through. */
  hasToken(now: number): boolean {
    const elapsed = now - this.#refilledAt;
    // A clock that was set back refills too: a few entries more are better than silence.
    if (elapsed >= REFILL_MS || elapsed < 0) this.#refill(elapsed, now);
    return this.#tokens > 0;
  }

  /** Counts an entry that is not written. */
  leaveOut(): void {
    this.#leftOut += 1;
  }

  /** How many entries were left out since this was last asked. */
  takeLeftOut(): number {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut;
  }

  /** True if it is as good as a new one. */
  isFull(now: number): boolean {
    return this.hasToken(now) && this.#tokens === CAPACITY;
  }

  #refill(elapsed: number, now: number): void {
    const tokens = elapsed < 0 ? CAPACITY : Math.floor(elapsed / REFILL_MS);
    this.#tokens = Math.min(CAPACITY, this.#tokens + tokens);
    this.#refilledAt = tokens >= CAPACITY ? now : this.#refilledAt + tokens * REFILL_MS;
  }
}
