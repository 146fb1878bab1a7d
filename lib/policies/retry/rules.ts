import { toMs } from '../../core/duration.js';
import type { Failure } from '../../core/failure.js';
import type { Site } from '../../core/site.js';
import type { BackoffRules } from './backoff.js';
import type { ResolvedRetryOptions, RetryOptions } from './options.js';

/** Options with every gap filled, durations in milliseconds. */
export interface RetryRules extends BackoffRules {
  readonly maxAttempts: number;
  readonly nested: 'multiply' | 'outer-only' | 'inner-only';
  readonly retryOn: (failure: Failure, error: unknown) => boolean;
  readonly retryOnResult: ((value: unknown) => boolean) | undefined;
  readonly signalOf: (args: readonly unknown[]) => AbortSignal | undefined;
}

export function retryRules(options: ResolvedRetryOptions, { signalOf }: Pick<Site, 'signalOf'>): RetryRules {
  const { retryOn, signal } = options;
  return {
    maxAttempts: options.maxAttempts,
    nested: options.nested,
    minWaitMs: toMs(options.minWait),
    maxWaitMs: toMs(options.maxWait),
    jitter: options.jitter,
    backoff: options.backoff,
    retryOn: (failure, error) =>
      failure.kind !== 'cancelled' && (retryOn ? retryOn(failure, error) : failure.transient),
    retryOnResult: options.retryOnResult,
    signalOf: signal ? (args) => signal(...args) : signalOf,
  };
}

/** Options that contradict each other, as problems for people. */
export function retryContradictions({ minWait, maxWait }: Pick<RetryOptions, 'minWait' | 'maxWait'>): string[] {
  if (minWait === undefined || maxWait === undefined || toMs(minWait) <= toMs(maxWait)) return [];
  return [`minWait: expected at most maxWait (${maxWait}), got ${minWait}`];
}
