/** The number of last calls that count. */
export const MAX_CALLS = 1000;
/** The number of calls that are needed before there is a percentile. */
export const MIN_CALLS = 100;

/** Buckets per doubling: a percentile is at most 4.4 % above the exact one. */
const STEPS = 16;
/** From 1 ms to 2^21 ms, which is 35 minutes. */
const BUCKETS = 21 * STEPS + 1;
/** A percentile is computed once for so many calls. */
const COMPUTED_FOR = 16;

/**
 * The latencies of the last calls: a histogram with logarithmic buckets, and a ring buffer of the buckets, so that each
 * new call replaces the oldest. Memory and cost per call are constant.
 */
export class Latencies {
  readonly #counts = new Uint16Array(BUCKETS);
  readonly #ring = new Uint16Array(MAX_CALLS);
  #seen = 0;
  #computed = 0;
  #computedAt = 0;
  /** NaN at first, which equals no share. */
  #computedShare = Number.NaN;

  add(ms: number): void {
    const at = this.#seen % MAX_CALLS;
    if (this.#seen >= MAX_CALLS) this.#count(this.#ring[at] as number, -1);
    this.#ring[at] = bucketOf(ms);
    this.#count(this.#ring[at], 1);
    this.#seen += 1;
  }

  /**
   * Milliseconds within which this share of calls finished; undefined if too few calls were measured.
   * @param share from 0 to 1
   */
  percentile(share: number): number | undefined {
    if (this.#seen < MIN_CALLS) return undefined;
    if (share !== this.#computedShare || this.#seen - this.#computedAt >= COMPUTED_FOR) {
      this.#computed = this.#compute(share);
      this.#computedAt = this.#seen;
      this.#computedShare = share;
    }
    return this.#computed;
  }

  #compute(share: number): number {
    let remaining = Math.ceil(share * Math.min(this.#seen, MAX_CALLS) - 1e-9);
    let bucket = 0;
    while ((remaining -= this.#counts[bucket] as number) > 0) bucket += 1;
    // Rounded down, so that small whole milliseconds stay exact.
    return Math.floor(2 ** (bucket / STEPS));
  }

  #count(bucket: number, change: number): void {
    this.#counts[bucket] = (this.#counts[bucket] as number) + change;
  }
}

function bucketOf(ms: number): number {
  return ms > 1 ? Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms) * STEPS)) : 0;
}
