import { isStrayPromise } from '../../core/stray-promise.js';
import { doubledMs, jitteredMs } from '../../core/backoff.js';
import { MAX_TIMER_MS } from '../../core/clock.js';
import { ConfigurationError } from '../../core/errors.js';
import type { Failure } from '../../core/failure.js';
import type { Random } from '../../core/random.js';
import { causedBy } from '../../call/predicate.js';

/** A retry comes up to this share later than the upstream asked, so that callers do not return all at once. */
const HINT_SPREAD = 0.1;

/** The waits of a retry, in milliseconds. */
export interface BackoffRules {
  /** The name of the method, for errors. */
  readonly method: string;
  readonly minWaitMs: number;
  readonly maxWaitMs: number;
  readonly jitter: 'full' | 'none';
  readonly backoff: ((retry: number, random: Random, failure: Failure, error: unknown) => number) | undefined;
}

/**
 * Milliseconds to wait before retry number `retry` (1, 2, …).
 * @param ended the error of the attempt; undefined if the attempt returned an unwanted value
 * @throws {ConfigurationError} if `backoff` returns an invalid value, and what it throws; `cause`: the attempt's error
 */
export function backoffMs(
  retry: number,
  rules: BackoffRules,
  random: Random,
  failure: Failure,
  failedWith?: { readonly error: unknown },
): number {
  const { minWaitMs, maxWaitMs, jitter, backoff } = rules;
  if (backoff) {
    const given = (): unknown => backoff(retry, random, failure, failedWith?.error);
    return Math.min(maxWaitMs, MAX_TIMER_MS, givenMs(given, rules.method, failedWith));
  }
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

/** The wait that the user's function gives. The error of the attempt becomes the `cause` of what goes wrong in it. */
function givenMs(ask: () => unknown, method: string, failedWith: { readonly error: unknown } | undefined): number {
  let waitMs: unknown;
  try {
    waitMs = ask();
  } catch (thrown) {
    throw failedWith ? causedBy(thrown, failedWith.error) : thrown;
  }
  if (typeof waitMs === 'number' && waitMs >= 0) return waitMs;
  const got = isStrayPromise(waitMs) ? 'a promise. Write it without async' : kindOf(waitMs);
  throw new ConfigurationError(
    [`${method}: @RetryOnTransient() backoff: expected milliseconds >= 0, got ${got}`],
    failedWith && { cause: failedWith.error },
  );
}

function kindOf(waitMs: unknown): string {
  return typeof waitMs === 'number' ? String(waitMs) : typeof waitMs;
}
