import { doubledMs, jitteredMs } from '../../core/backoff.js';
import { MAX_TIMER_MS } from '../../core/clock.js';
import { ConfigurationError } from '../../core/errors.js';
import type { Random } from '../../core/random.js';

/** How far past the moment that the upstream asked for a retry may come, so that callers do not return together. */
const HINT_SPREAD = 0.1;

/** The waits of a retry, in milliseconds. */
export interface BackoffRules {
  readonly minWaitMs: number;
  readonly maxWaitMs: number;
  readonly jitter: 'full' | 'none';
  readonly backoff: ((retry: number, random: Random) => number) | undefined;
}

/** Milliseconds to wait before retry number `retry` (1, 2, …). */
export function backoffMs(retry: number, rules: BackoffRules, random: Random): number {
  const { minWaitMs, maxWaitMs, jitter, backoff } = rules;
  if (backoff) return Math.min(maxWaitMs, MAX_TIMER_MS, checked(backoff(retry, random)));
  return jitter === 'none'
    ? doubledMs(retry - 1, minWaitMs, maxWaitMs)
    : jitteredMs(retry, minWaitMs, maxWaitMs, random);
}

/** The wait that heeds what the upstream asked for: never less, at most a tenth more, within the longest wait. */
export function heedHint(waitMs: number, hintMs: number, maxWaitMs: number, random: Random): number {
  return Math.max(waitMs, Math.min(hintMs * (1 + HINT_SPREAD * random()), Math.max(hintMs, maxWaitMs)));
}

function checked(waitMs: number): number {
  if (typeof waitMs === 'number' && waitMs >= 0) return waitMs;
  throw new ConfigurationError([
    `backoff: expected milliseconds >= 0, got ${typeof waitMs === 'number' ? waitMs : typeof waitMs}`,
  ]);
}
