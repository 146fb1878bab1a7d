import { toMs } from '../../core/duration.js';
import type { ResolvedOf } from '../../core/field.js';
import type { chaosFields } from './options.js';

export type ChaosFault = NonNullable<ResolvedOf<typeof chaosFields>['fault']>;

/** The chaos settings in effect. */
export interface ChaosRules {
  /** The share of affected calls: above 0, at most 1. */
  readonly rate: number;
  readonly fault: ChaosFault | undefined;
  readonly latencyMs: number;
  /** Milliseconds since the epoch; Infinity if it does not end by itself. */
  readonly endsAt: number;
}

/** The rules of these settings at `now`; undefined if they cause no chaos. */
export function chaosRules(
  { enabled, rate, fault, latency, until }: ResolvedOf<typeof chaosFields>,
  now: number,
): ChaosRules | undefined {
  if (!enabled || !rate || (!fault && !latency)) return undefined;
  const endsAt = until === null ? Infinity : Date.parse(until);
  if (now >= endsAt) return undefined;
  return { rate, fault: fault ?? undefined, latencyMs: latency ? toMs(latency) : 0, endsAt };
}
