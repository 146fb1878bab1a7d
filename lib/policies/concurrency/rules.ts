import { toMs } from '../../core/duration.js';
import type { ConcurrencyOptions } from './options.js';

/** Options with every gap filled, durations in milliseconds. */
export interface ConcurrencyRules {
  readonly limit: number | 'adaptive';
  readonly queue: number;
  readonly maxQueueWaitMs: number;
}

export function concurrencyRules({ limit, queue, maxQueueWait }: Required<ConcurrencyOptions>): ConcurrencyRules {
  return { limit, queue, maxQueueWaitMs: toMs(maxQueueWait) };
}

/** What is missing, as problems for people: there is no number that would be right for every upstream. */
export function concurrencyContradictions({ limit }: Partial<ConcurrencyOptions>): string[] {
  return limit === undefined ? ['limit: expected an integer >= 1 or "adaptive", got nothing'] : [];
}
