import { type Duration, toMs } from '../../core/duration.js';
import { durationOrPercentile } from '../../core/field.js';
import { isPercentile, type Percentile, shareOf } from '../../core/percentile.js';
import type { ResolvedHedgeOptions } from './options.js';

/** Options with every gap filled: `after` is a number of milliseconds, or a share of what was seen. */
export interface HedgeRules {
  readonly afterMs: number | undefined;
  /** From 0 to 1. Undefined where the time is given. */
  readonly share: number | undefined;
  readonly maxHedges: number;
}

/** Expects `after`, as {@link hedgeContradictions} does. */
export function hedgeRules({ after, maxHedges }: ResolvedHedgeOptions): HedgeRules {
  if (isPercentile(after)) return { afterMs: undefined, share: shareOf(after), maxHedges };
  return { afterMs: after ? toMs(after) : undefined, share: undefined, maxHedges };
}

/** What is missing, as problems for people. No time is slow for every upstream, so there is no default. */
export function hedgeContradictions({ after }: { readonly after?: Duration | Percentile | null }): string[] {
  return after ? [] : [`after: expected ${durationOrPercentile.expected}, got nothing`];
}
