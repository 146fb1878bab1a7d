import type { commonOptions } from '../../core/common-options.js';
import { count, durationOrPercentile, type Field, type OptionsOf, type ResolvedOf } from '../../core/field.js';

/** Everything that `@Hedged()` takes. */
export const hedgeFields = {
  /**
   * How long an attempt may take before another is started beside it. `p95` is the time within which 95 of the last
   * hundred calls were done, estimated from the last thousand; until a hundred calls were seen no hedge is started. A
   * duration, or a percentile from `p1` to `p99.9`. Has no default.
   */
  after: {
    doc: 'How long an attempt may take before another is started beside it. `p95` is the time within which 95 of the last hundred calls were done, estimated from the last thousand; until a hundred calls were seen no hedge is started. A duration, or a percentile from `p1` to `p99.9`. Has no default.',
    format: durationOrPercentile,
    default: null,
    required: true,
  },
  /** Attempts beside the first, each `after` later than the one before. An integer >= 1. @default 1 */
  maxHedges: {
    doc: 'Attempts beside the first, each `after` later than the one before. An integer >= 1.',
    format: count(1),
    default: 1,
  },
} satisfies Record<string, Field<unknown>>;

/** Options of `@Hedged()`. What is left out comes from the settings `hedge.*`. */
export interface HedgeOptions extends OptionsOf<typeof hedgeFields>, OptionsOf<typeof commonOptions> {}

/** Hedge options in effect: `after` is null if it is not set. */
export type ResolvedHedgeOptions = ResolvedOf<typeof hedgeFields>;
