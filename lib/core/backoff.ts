import { MAX_TIMER_MS } from './clock.js';
import type { Random } from './random.js';

/** `minWait · 2^times` milliseconds, at most `maxWait` and at most the longest timer. */
export function doubledMs(times: number, minWaitMs: number, maxWaitMs: number): number {
  // 0 · 2^1024 is NaN, and NaN would be a timer that fires at once: hence the largest exponent.
  return Math.min(maxWaitMs, MAX_TIMER_MS, minWaitMs * 2 ** Math.min(times, 1000));
}

/**
 * Milliseconds to wait before retry number `retry` (1, 2, …): uniform in `[minWait, min(maxWait, minWait · 2^retry)]`.
 * The formula is the "full jitter" of https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ with a
 * lower bound.
 */
export function jitteredMs(retry: number, minWaitMs: number, maxWaitMs: number, random: Random): number {
  const lowestMs = doubledMs(0, minWaitMs, maxWaitMs);
  if (lowestMs >= maxWaitMs) return lowestMs;
  return lowestMs + (doubledMs(retry, minWaitMs, maxWaitMs) - lowestMs) * random();
}
