/** The upper bounds of the buckets, in seconds: 0.01 · 2ⁿ. One more bucket holds longer durations. */
export const BOUNDS_S: readonly number[] = Object.freeze(Array.from({ length: 14 }, (_, n) => 0.01 * 2 ** n));

const FIRST_MS = 10;

/** A histogram of durations with fixed buckets. */
export class Durations {
  /** The number of durations in each bucket. The last bucket has no upper bound. */
  readonly counts: number[] = new Array<number>(BOUNDS_S.length + 1).fill(0);
  /** The sum of all durations, in seconds. */
  sum = 0;

  add(ms: number): void {
    const bucket = bucketOf(ms);
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.sum += ms / 1000;
  }
}

function bucketOf(ms: number): number {
  return ms <= FIRST_MS ? 0 : Math.min(BOUNDS_S.length, Math.ceil(Math.log2(ms / FIRST_MS)));
}
