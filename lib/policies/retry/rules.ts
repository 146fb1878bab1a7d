import { judged } from '../../failures/discard.js';
import { toMs } from '../../core/duration.js';
import type { Failure } from '../../core/failure.js';
import { answerAbout, answerOf } from '../../call/predicate.js';
import type { MethodContext } from '../../call/method-context.js';
import type { BackoffRules } from './backoff.js';
import type { ResolvedRetryOptions, RetryOptions } from './options.js';

/** The resolved options, durations in milliseconds. */
export interface RetryRules extends BackoffRules {
  readonly maxAttempts: number;
  readonly nested: 'multiply' | 'outer-only' | 'inner-only';
  readonly retryOn: (failure: Failure, error: unknown) => boolean;
  readonly isUnwanted: ((value: unknown) => boolean) | undefined;
}

export function retryRules(options: ResolvedRetryOptions, { method }: Pick<MethodContext, 'method'>): RetryRules {
  const { retryOn, retryOnResult } = options;
  return {
    method,
    maxAttempts: options.maxAttempts,
    nested: options.nested,
    minWaitMs: toMs(options.minWait),
    maxWaitMs: toMs(options.maxWait),
    jitter: options.jitter,
    backoff: options.backoff,
    retryOn: (failure, error) =>
      failure.kind !== 'cancelled' &&
      (retryOn
        ? answerAbout(error, () => retryOn(failure, error), method, '@RetryOnTransient() retryOn')
        : failure.transient),
    isUnwanted:
      retryOnResult &&
      ((result) =>
        judged(result, (value) => answerOf(retryOnResult(value), method, '@RetryOnTransient() retryOnResult'))),
  };
}

/** Messages about options that contradict each other. */
export function retryContradictions({ minWait, maxWait }: Pick<RetryOptions, 'minWait' | 'maxWait'>): string[] {
  if (minWait === undefined || maxWait === undefined || toMs(minWait) <= toMs(maxWait)) return [];
  return [`minWait: expected at most maxWait (${maxWait}), got ${minWait}`];
}
