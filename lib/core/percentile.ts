/** A time within which so many in a hundred were done, of those that were seen: `'p95'`, `'p99.9'`. */
export type Percentile = `p${number}`;

/** From p1 to below p100. */
export const PERCENTILE = /^p[1-9]\d?(\.\d+)?$/;

export function isPercentile(value: unknown): value is Percentile {
  return typeof value === 'string' && PERCENTILE.test(value);
}

/** The share that a percentile names: 0.95 for `'p95'`. Expects one that {@link isPercentile} accepts. */
export function shareOf(percentile: Percentile): number {
  return Number(percentile.slice(1)) / 100;
}
