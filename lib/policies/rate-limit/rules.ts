import { toMs } from '../../core/duration.js';
import type { RateLimitOptions, ResolvedRateLimitOptions } from './options.js';

/** The resolved options, durations in milliseconds. */
export interface RateLimitRules {
  readonly maxWaitMs: number;
  readonly maxAttempts: number;
  readonly minWaitMs: number;
  /** The longest time that the upstream's hint closes the gate before one call tries. */
  readonly maxGateMs: number;
}

export function rateLimitRules(options: ResolvedRateLimitOptions): RateLimitRules {
  const { maxWait, maxAttempts, minWait, maxGate } = options;
  return { maxWaitMs: toMs(maxWait), maxAttempts, minWaitMs: toMs(minWait), maxGateMs: toMs(maxGate) };
}

/** Messages about options that contradict each other. */
export function rateLimitContradictions({ minWait, maxWait }: Pick<RateLimitOptions, 'minWait' | 'maxWait'>): string[] {
  if (minWait === undefined || maxWait === undefined || toMs(minWait) <= toMs(maxWait)) return [];
  return [`minWait: expected at most maxWait (${maxWait}), got ${minWait}`];
}
