import { doubledMs, jitteredMs } from '../../core/backoff.js';
import { MAX_TIMER_MS } from '../../core/clock.js';
import { ConfigurationError } from '../../core/errors.js';
import type { Failure } from '../../core/failure.js';
import type { Random } from '../../core/random.js';

/** How far past the moment that the upstream asked for a retry may come, so that callers do not return together. */
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
 * @param ended what the attempt failed with; undefined if it came to a value that was not wanted
 * @throws {ConfigurationError} for a `backoff` that answers wrongly, with the attempt's error as `cause`
 */
export function backoffMs(
  retry: number,
  rules: BackoffRules,
  random: Random,
  failure: Failure,
  ended?: { readonly error: unknown },
): number {
  const { minWaitMs, maxWaitMs, jitter, backoff } = rules;
  if (backoff) return Math.min(maxWaitMs, MAX_TIMER_MS, checked(backoff(retry, random, failure, ended?.error), ended));
  return jitter === 'none'
    ? doubledMs(retry - 1, minWaitMs, maxWaitMs)
    : jitteredMs(retry, minWaitMs, maxWaitMs, random);
}

/** The wait that heeds what the upstream asked for: never less, at most a tenth more, within the longest wait. */
export function heedHint(waitMs: number, hintMs: number, maxWaitMs: number, random: Random): number {
  return Math.max(waitMs, Math.min(hintMs * (1 + HINT_SPREAD * random()), Math.max(hintMs, maxWaitMs)));
}

function checked(waitMs: number, ended: { readonly error: unknown } | undefined): number {
  if (typeof waitMs === 'number' && waitMs >= 0) return waitMs;
  // An async function may reject later.
  Promise.resolve(waitMs).catch(() => undefined);
  throw new ConfigurationError(
    [`backoff: expected milliseconds >= 0, got ${typeof waitMs === 'number' ? waitMs : typeof waitMs}`],
    ended && { cause: ended.error },
  );
}
