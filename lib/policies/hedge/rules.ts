import { type Duration, toMs } from '../../core/duration.js';
import { durationOrPercentile } from '../../core/field.js';
import { isPercentile, type Percentile, shareOf } from '../../core/percentile.js';
import type { HedgeOptions } from './options.js';

/** Options with every gap filled: `after` is a number of milliseconds, or a share of what was seen. */
export interface HedgeRules {
  readonly afterMs: number | undefined;
  /** From 0 to 1. Undefined where the time is given. */
  readonly share: number | undefined;
  readonly maxHedges: number;
}

/** Options after the settings have filled in the data: `after` is null where nothing says it. */
export type ResolvedHedgeOptions = Required<HedgeOptions>;

export function hedgeRules({ after, maxHedges }: ResolvedHedgeOptions): HedgeRules {
  return isPercentile(after)
    ? { afterMs: undefined, share: shareOf(after), maxHedges }
    : { afterMs: toMs(after), share: undefined, maxHedges };
}

/** What is missing, as problems for people: there is no time that would be slow for every upstream. */
export function hedgeContradictions({ after }: { readonly after?: Duration | Percentile | null }): string[] {
  return after ? [] : [`after: expected ${durationOrPercentile.expected}, got nothing`];
}
