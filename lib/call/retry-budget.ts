/** The most extra attempts that are available at once. Limits retry storms. */
export const CAPACITY = 100;
const REFILL_PER_SECOND = 10;
const PER_FIRST_ATTEMPT = 0.2;

/**
 * A token bucket that limits extra attempts. An extra attempt takes one token; a successful call puts back the tokens
 * it took; each finished first attempt adds 0.2; 10 tokens per second are added, up to 100. Light traffic never
 * exhausts it.
 */
export class RetryBudget {
  #capacity = CAPACITY;
  #refillPerMs = REFILL_PER_SECOND / 1000;
  #tokens = CAPACITY;
  #refilledAt = 0;

  /** The most tokens that it holds; smaller if a fleet shares the budget. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Takes a token for one more attempt. False if there is none. */
  take(now: number): boolean {
    this.#refill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /**
   * Sets this process's part of a budget that a fleet shares. The 0.2 per first attempt stays the same, because it
   * scales with the traffic.
   */
  resize(capacity: number, refillPerSecond: number): void {
    this.#capacity = capacity;
    this.#refillPerMs = refillPerSecond / 1000;
    this.#tokens = Math.min(this.#tokens, capacity);
  }

  /** Puts back the tokens of a successful call. */
  putBack(tokens: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + tokens);
  }

  /** Fills it up. */
  refill(): void {
    this.#tokens = this.#capacity;
  }

  /** Adds the tokens of a finished first attempt. Costs one comparison on the healthy path. */
  earn(): void {
    if (this.#tokens < this.#capacity) this.putBack(PER_FIRST_ATTEMPT);
  }

  /** The tokens at `now`, without changing the budget. */
  tokensAt(now: number): number {
    return Math.min(this.#capacity, this.#tokens + Math.max(0, now - this.#refilledAt) * this.#refillPerMs);
  }

  #refill(now: number): void {
    const elapsed = Math.max(0, now - this.#refilledAt);
    this.#refilledAt = now;
    this.putBack(elapsed * this.#refillPerMs);
  }
}
