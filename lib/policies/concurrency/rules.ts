import { toMs } from '../../core/duration.js';
import { type AdaptiveRules, adaptiveRules } from './adaptive.js';
import type { ConcurrencyOptions, ResolvedConcurrencyOptions } from './options.js';

/** The resolved options, durations in milliseconds. */
export interface ConcurrencyRules {
  readonly limit: number | 'adaptive';
  readonly queue: number;
  readonly maxQueueWaitMs: number;
  /** True if a call keeps its permit until its abandoned method has really ended. */
  readonly isKept: boolean;
  /** The lowest, highest and first adaptive limit. */
  readonly adaptive: AdaptiveRules;
}

/** Requires `limit`; {@link concurrencyContradictions} checks it. */
export function concurrencyRules({
  limit,
  queue,
  maxQueueWait,
  release = 'abandoned',
  ...bounds
}: Pick<ResolvedConcurrencyOptions, 'limit' | 'queue' | 'maxQueueWait'> &
  Partial<ResolvedConcurrencyOptions>): ConcurrencyRules {
  return {
    limit: limit ?? 1,
    queue,
    maxQueueWaitMs: toMs(maxQueueWait),
    isKept: release === 'settled',
    adaptive: adaptiveRules(bounds),
  };
}

/**
 * Messages about options that contradict each other. An undefined option may be set elsewhere, so it is not checked.
 */
export function boundContradictions({ min, max, initial }: Partial<ResolvedConcurrencyOptions>): string[] {
  const problems: string[] = [];
  if (min !== undefined && max !== undefined && min > max)
    problems.push(`min: expected at most max (${max}), got ${min}`);
  if (typeof initial !== 'number') return problems;
  if (min !== undefined && initial < min) problems.push(`initial: expected at least min (${min}), got ${initial}`);
  if (max !== undefined && initial > max) problems.push(`initial: expected at most max (${max}), got ${initial}`);
  return problems;
}

/**
 * Messages about a missing limit and about contradictions. There is no default limit, because none is right for every
 * upstream.
 */
export function concurrencyContradictions(options: Partial<ResolvedConcurrencyOptions | ConcurrencyOptions>): string[] {
  const missing = options.limit ? [] : ['limit: expected an integer >= 1 or "adaptive", got nothing'];
  return [...missing, ...boundContradictions(options)];
}
