/** Attempts that may be added to the calls made: what keeps retries from becoming a storm. */
export const CAPACITY = 100;
const REFILL_PER_MS = 10 / 1000;
const PER_FIRST_ATTEMPT = 0.2;

/**
 * A token bucket: an extra attempt takes one token, a call that ends well puts back what it took, each finished first
 * attempt adds 0.2, and it refills by 10 a second up to 100. Light traffic never feels it; a storm cannot start.
 */
export class RetryBudget {
  #tokens = CAPACITY;
  #refilledAt = 0;

  /** Takes a token for one more attempt; false when there is none. */
  take(now: number): boolean {
    this.#refill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Puts back the tokens of a call that ended well. */
  putBack(tokens: number): void {
    this.#tokens = Math.min(CAPACITY, this.#tokens + tokens);
  }

  /** A first attempt has finished. On the healthy path: one comparison. */
  earn(): void {
    if (this.#tokens < CAPACITY) this.putBack(PER_FIRST_ATTEMPT);
  }

  /** Asking changes nothing. */
  tokensAt(now: number): number {
    return Math.min(CAPACITY, this.#tokens + Math.max(0, now - this.#refilledAt) * REFILL_PER_MS);
  }

  #refill(now: number): void {
    const elapsed = Math.max(0, now - this.#refilledAt);
    this.#refilledAt = now;
    this.putBack(elapsed * REFILL_PER_MS);
  }
}
