const CAPACITY = 10;
const REFILL_MS = 1000;

/** Limits log entries to 10 at once and then one per second: an outage must not become a log storm. */
export class LogBucket {
  #tokens = CAPACITY;
  #refilledAt = 0;
  #leftOut = 0;

  /** Takes a token for one entry. False, and counts the entry as left out, if there is none. */
  take(now: number): boolean {
    if (!this.hasToken(now)) {
      this.leaveOut();
      return false;
    }
    this.#tokens -= 1;
    return true;
  }

  /** True if `take` would return true. */
  hasToken(now: number): boolean {
    const elapsed = now - this.#refilledAt;
    // A clock that was set back also refills: a few extra entries are better than none.
    if (elapsed >= REFILL_MS || elapsed < 0) this.#refill(elapsed, now);
    return this.#tokens > 0;
  }

  /** Counts an entry that is not written. */
  leaveOut(): void {
    this.#leftOut += 1;
  }

  /** How many entries were left out since the last call of this method. */
  takeLeftOut(): number {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut;
  }

  /** True if it has all tokens, as a new one has. */
  isFull(now: number): boolean {
    return this.hasToken(now) && this.#tokens === CAPACITY;
  }

  #refill(elapsed: number, now: number): void {
    const tokens = elapsed < 0 ? CAPACITY : Math.floor(elapsed / REFILL_MS);
    this.#tokens = Math.min(CAPACITY, this.#tokens + tokens);
    this.#refilledAt = tokens >= CAPACITY ? now : this.#refilledAt + tokens * REFILL_MS;
  }
}
