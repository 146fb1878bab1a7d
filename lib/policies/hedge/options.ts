import type { Duration } from '../../core/duration.js';
import { count, durationOrPercentile, type Field } from '../../core/field.js';
import type { Percentile } from '../../core/percentile.js';

/** Options of `@Hedged()`. */
export interface HedgeOptions {
  /**
   * How long an attempt may take before another is started beside it. `'p95'` is the time within which 95 of the last
   * hundred calls were done, reckoned from the last thousand; until a hundred were seen no other is started. From `'p1'`
   * to `'p99.9'`. Has no default.
   */
  readonly after: Duration | Percentile;
  /** Attempts beside the first, each `after` later than the one before. An integer >= 1. @default 1 */
  readonly maxHedges?: number;
}

/** The options that are data: all of them. */
export const hedgeFields = {
  after: {
    doc: 'How long an attempt may take before another is started beside it, or a percentile of what was seen.',
    format: durationOrPercentile,
    default: null,
  },
  maxHedges: {
    doc: 'Attempts beside the first, each `after` later than the one before.',
    format: count(1),
    default: 1,
  },
} satisfies Record<string, Field<unknown>>;
