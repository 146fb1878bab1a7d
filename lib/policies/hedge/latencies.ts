/** Calls that are remembered. What is older does not count. */
export const REMEMBERED = 1000;
/** Calls that have to be seen before anything is said of them. */
export const ENOUGH = 100;

/** Steps for each doubling, so that a percentile is at most 4.4 % above the real one. */
const STEPS = 16;
/** From one millisecond to 2^21, which is 35 minutes. */
const BUCKETS = 21 * STEPS + 1;
/** Calls for which a percentile is worked out once. */
const TOLD_FOR = 16;

/**
 * How long the last calls took: a histogram with logarithmic buckets, and a ring of who is in it, so that the oldest
 * leaves as the newest comes. Its memory is fixed, and a call costs the same however many there were.
 */
export class Latencies {
  readonly #counts = new Uint16Array(BUCKETS);
  readonly #ring = new Uint16Array(REMEMBERED);
  #seen = 0;
  #told = 0;
  #toldAt = 0;
  /** No share at first, which no other is equal to. */
  #toldShare = Number.NaN;

  add(ms: number): void {
    const at = this.#seen % REMEMBERED;
    if (this.#seen >= REMEMBERED) this.#count(this.#ring[at] as number, -1);
    this.#ring[at] = bucketOf(ms);
    this.#count(this.#ring[at], 1);
    this.#seen += 1;
  }

  /**
   * Milliseconds within which the share of calls was done; undefined while too few were seen.
   * @param share from 0 to 1
   */
  percentile(share: number): number | undefined {
    if (this.#seen < ENOUGH) return undefined;
    if (share !== this.#toldShare || this.#seen - this.#toldAt >= TOLD_FOR) {
      this.#told = this.#reckon(share);
      this.#toldAt = this.#seen;
      this.#toldShare = share;
    }
    return this.#told;
  }

  #reckon(share: number): number {
    let left = Math.ceil(share * Math.min(this.#seen, REMEMBERED) - 1e-9);
    let bucket = 0;
    while ((left -= this.#counts[bucket] as number) > 0) bucket += 1;
    // Whole milliseconds stay what they are as long as they are few.
    return Math.floor(2 ** (bucket / STEPS));
  }

  #count(bucket: number, change: number): void {
    this.#counts[bucket] = (this.#counts[bucket] as number) + change;
  }
}

function bucketOf(ms: number): number {
  return ms > 1 ? Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms) * STEPS)) : 0;
}
