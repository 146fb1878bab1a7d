import { type Duration, toMs } from '../../core/duration.js';
import { durationOrPercentile } from '../../core/field.js';
import { isPercentile, type Percentile, shareOf } from '../../core/percentile.js';
import type { ResolvedHedgeOptions } from './options.js';

/** The resolved options: `after` is either milliseconds or a percentile's share. */
export interface HedgeRules {
  readonly afterMs: number | undefined;
  /** From 0 to 1. Undefined if `afterMs` is set. */
  readonly share: number | undefined;
  readonly maxHedges: number;
}

/** Requires `after`; {@link hedgeContradictions} checks it. */
export function hedgeRules({ after, maxHedges }: ResolvedHedgeOptions): HedgeRules {
  if (isPercentile(after)) return { afterMs: undefined, share: shareOf(after), maxHedges };
  return { afterMs: after ? toMs(after) : undefined, share: undefined, maxHedges };
}

/** A message if `after` is missing. There is no default, because no time is slow for every upstream. */
export function hedgeContradictions({ after }: { readonly after?: Duration | Percentile | null }): string[] {
  return after ? [] : [`after: expected ${durationOrPercentile.expected}, got nothing`];
}
