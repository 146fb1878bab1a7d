/** A percentile of measured latencies: `'p95'` is the time within which 95 of 100 calls finished. */
export type Percentile = `p${number}`;

/** From p1 to below p100. */
export const PERCENTILE = /^p[1-9]\d?(\.\d+)?$/;

export function isPercentile(value: unknown): value is Percentile {
  return typeof value === 'string' && PERCENTILE.test(value);
}

/** The share of a percentile that {@link isPercentile} accepts: 0.95 for `'p95'`. */
export function shareOf(percentile: Percentile): number {
  return Number(percentile.slice(1)) / 100;
}
