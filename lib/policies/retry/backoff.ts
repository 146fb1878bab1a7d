import { isStrayPromise } from '../../core/stray-promise.js';
import { doubledMs, jitteredMs } from '../../core/backoff.js';
import { MAX_TIMER_MS } from '../../core/clock.js';
import { ConfigurationError } from '../../core/errors.js';
import type { Failure } from '../../core/failure.js';
import type { Random } from '../../core/random.js';

/** A retry comes up to this share later than the upstream asked, so that callers do not return all at once. */
const HINT_SPREAD = 0.1;

/** The waits of a retry, in milliseconds. */
export interface BackoffRules {
  readonly minWaitMs: number;
  readonly maxWaitMs: number;
  readonly jitter: 'full' | 'none';
  readonly backoff: ((retry: number, random: Random, failure: Failure, error: unknown) => number) | undefined;
}

/**
 * Milliseconds to wait before retry number `retry` (1, 2, …).
 * @param ended the error of the attempt; undefined if the attempt returned an unwanted value
 * @throws {ConfigurationError} if `backoff` returns an invalid value; the attempt's error is the `cause`
 */
export function backoffMs(
  retry: number,
  rules: BackoffRules,
  random: Random,
  failure: Failure,
  failedWith?: { readonly error: unknown },
): number {
  const { minWaitMs, maxWaitMs, jitter, backoff } = rules;
  if (backoff)
    return Math.min(
      maxWaitMs,
      MAX_TIMER_MS,
      checkedWait(backoff(retry, random, failure, failedWith?.error), failedWith),
    );
  return jitter === 'none'
    ? doubledMs(retry - 1, minWaitMs, maxWaitMs)
    : jitteredMs(retry, minWaitMs, maxWaitMs, random);
}

/**
 * The wait that respects the upstream's hint: at least the hint, and at most a tenth longer; a hint shorter than
 * `maxWait` is not extended beyond `maxWait`.
 */
export function waitWithHint(waitMs: number, hintMs: number, maxWaitMs: number, random: Random): number {
  return Math.max(waitMs, Math.min(hintMs * (1 + HINT_SPREAD * random()), Math.max(hintMs, maxWaitMs)));
}

function checkedWait(waitMs: number, failedWith: { readonly error: unknown } | undefined): number {
  if (typeof waitMs === 'number' && waitMs >= 0) return waitMs;
  // If `backoff` is async, its promise may reject later.
  isStrayPromise(waitMs);
  throw new ConfigurationError(
    [`backoff: expected milliseconds >= 0, got ${typeof waitMs === 'number' ? waitMs : typeof waitMs}`],
    failedWith && { cause: failedWith.error },
  );
}
