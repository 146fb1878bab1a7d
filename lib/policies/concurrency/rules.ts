import { toMs } from '../../core/duration.js';
import { type AdaptiveRules, adaptiveRules } from './adaptive.js';
import type { ConcurrencyOptions, ResolvedConcurrencyOptions } from './options.js';

/** Options with every gap filled, durations in milliseconds. */
export interface ConcurrencyRules {
  readonly limit: number | 'adaptive';
  readonly queue: number;
  readonly maxQueueWaitMs: number;
  /** True if a permit is kept until an abandoned method has really ended. */
  readonly isKept: boolean;
  /** The bounds of an adaptive limit. */
  readonly adaptive: AdaptiveRules;
}

/** Expects a limit, as {@link concurrencyContradictions} does. */
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

/** Options that contradict each other, as problems for people. What is undefined may still be set elsewhere. */
export function boundContradictions({ min, max, initial }: Partial<ResolvedConcurrencyOptions>): string[] {
  const problems: string[] = [];
  if (min !== undefined && max !== undefined && min > max)
    problems.push(`min: expected at most max (${max}), got ${min}`);
  if (typeof initial !== 'number') return problems;
  if (min !== undefined && initial < min) problems.push(`initial: expected at least min (${min}), got ${initial}`);
  if (max !== undefined && initial > max) problems.push(`initial: expected at most max (${max}), got ${initial}`);
  return problems;
}

/** What is missing or contradicts itself. No limit would be right for every upstream, so there is no default. */
export function concurrencyContradictions(options: Partial<ResolvedConcurrencyOptions | ConcurrencyOptions>): string[] {
  const missing = options.limit ? [] : ['limit: expected an integer >= 1 or "adaptive", got nothing'];
  return [...missing, ...boundContradictions(options)];
}
