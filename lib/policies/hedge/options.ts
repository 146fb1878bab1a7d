import type { commonOptions } from '../../core/common-options.js';
import { count, durationOrPercentile, type Field, type OptionsOf, type ResolvedOf } from '../../core/field.js';

/** The options of `@Hedged()`. */
export const hedgeFields = {
  /**
   * How long an attempt may take before another is started beside it. `p95` is the time within which 95 of 100 calls
   * finish, estimated from the last 1000 calls; no hedge is started during the first 100 calls. A duration, or a
   * percentile from `p1` to `p99.9`. Has no default.
   */
  after: {
    doc: 'How long an attempt may take before another is started beside it. `p95` is the time within which 95 of 100 calls finish, estimated from the last 1000 calls; no hedge is started during the first 100 calls. A duration, or a percentile from `p1` to `p99.9`. Has no default.',
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

/** Options of `@Hedged()`. Unset options come from the settings `hedge.*`. */
export interface HedgeOptions extends OptionsOf<typeof hedgeFields>, OptionsOf<typeof commonOptions> {}

/** Hedge options in effect: `after` is null if it is not set. */
export type ResolvedHedgeOptions = ResolvedOf<typeof hedgeFields>;
