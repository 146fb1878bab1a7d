import { doubledMs } from '../../core/backoff.js';
import { msOf, numberOf, type Stack } from './stack.js';

/** How many calls the retry makes at most, and what the waits between them are at least and at most. */
export interface Waits {
  readonly attempts: number;
  /** Milliseconds before retry number `retry` (1, 2, …). */
  shortest(retry: number): number;
  longest(retry: number): number;
}

const NONE: Waits = { attempts: 1, shortest: () => 0, longest: () => 0 };

/** The waits of a stack; undefined where the code has a formula of its own. */
export function waitsOf({ retry }: Stack): Waits | undefined {
  if (!retry) return NONE;
  const [minWait, maxWait, attempts] = [msOf(retry, 'minWait'), msOf(retry, 'maxWait'), numberOf(retry, 'maxAttempts')];
  if (minWait === undefined || maxWait === undefined || attempts === undefined || retry.values.backoff)
    return undefined;
  const isEven = retry.values.jitter === 'none';
  return {
    attempts,
    shortest: (n) => doubledMs(isEven ? n - 1 : 0, minWait, maxWait),
    longest: (n) => doubledMs(isEven ? n - 1 : n, minWait, maxWait),
  };
}

/** The waits are the same from here on, or so long that no limit is as long. */
const ENOUGH = 64;

/** All the longest waits together. */
function longestWaitsMs({ attempts, longest }: Waits): number {
  const retries = attempts - 1;
  let sum = 0;
  for (let retry = 1; retry <= Math.min(retries, ENOUGH); retry++) sum += longest(retry);
  return sum + Math.max(0, retries - ENOUGH) * longest(ENOUGH);
}

/** How many attempts can begin within `limitMs`, even if each failed at once. */
export function attemptsWithin(limitMs: number, { attempts, shortest }: Waits): number {
  let at = 0;
  for (let retry = 1; retry < Math.min(attempts, ENOUGH); retry++) {
    at += shortest(retry);
    if (at >= limitMs) return retry;
  }
  return attempts;
}

/** The longest that all attempts and their waits can take, where that is known. */
export function longestSequenceMs(stack: Stack): number | undefined {
  const limit = msOf(stack.attempt, 'limit');
  const waits = waitsOf(stack);
  return limit === undefined || !waits ? undefined : waits.attempts * limit + longestWaitsMs(waits);
}
