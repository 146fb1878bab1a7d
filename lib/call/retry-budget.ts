/** Attempts that may be added to the calls made: what keeps retries from becoming a storm. */
export const CAPACITY = 100;
const REFILL_PER_SECOND = 10;
const PER_FIRST_ATTEMPT = 0.2;

/**
 * A token bucket: an extra attempt takes one token, a call that ends well puts back what it took, each finished first
 * attempt adds 0.2, and it refills by 10 a second up to 100. Light traffic never feels it; a storm cannot start.
 */
export class RetryBudget {
  #capacity = CAPACITY;
  #refillPerMs = REFILL_PER_SECOND / 1000;
  #tokens = CAPACITY;
  #refilledAt = 0;

  /** The most tokens that there can be: less where a fleet shares it. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Takes a token for one more attempt; false when there is none. */
  take(now: number): boolean {
    this.#refill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Others share it: this process has so much of it. What a first attempt adds stays, since it scales with the traffic. */
  resize(capacity: number, refillPerSecond: number): void {
    this.#capacity = capacity;
    this.#refillPerMs = refillPerSecond / 1000;
    this.#tokens = Math.min(this.#tokens, capacity);
  }

  /** Puts back the tokens of a call that ended well. */
  putBack(tokens: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + tokens);
  }

  /** Fills it up. */
  refill(): void {
    this.#tokens = this.#capacity;
  }

  /** A first attempt has finished. On the healthy path: one comparison. */
  earn(): void {
    if (this.#tokens < this.#capacity) this.putBack(PER_FIRST_ATTEMPT);
  }

  /** Asking changes nothing. */
  tokensAt(now: number): number {
    return Math.min(this.#capacity, this.#tokens + Math.max(0, now - this.#refilledAt) * this.#refillPerMs);
  }

  #refill(now: number): void {
    const elapsed = Math.max(0, now - this.#refilledAt);
    this.#refilledAt = now;
    this.putBack(elapsed * this.#refillPerMs);
  }
}
