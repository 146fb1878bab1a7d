import { doubledMs } from '../../core/backoff.js';
import { ABSENT, msOf, type Stack } from './stack.js';

/** The maximum number of attempts of a retry, and the shortest and longest waits between them. */
export interface Waits {
  readonly attempts: number;
  /** Milliseconds before retry number `retry` (1, 2, …). */
  shortest(retry: number): number;
  longest(retry: number): number;
}

const NONE: Waits = { attempts: 1, shortest: () => 0, longest: () => 0 };

/** The waits of a stack; NaN if the option `backoff` computes them. */
export function waitsOf({ retry }: Stack): Waits {
  if (retry === ABSENT) return NONE;
  const minWait = retry.values.backoff ? Number.NaN : msOf(retry, 'minWait');
  const maxWait = msOf(retry, 'maxWait');
  const isEven = retry.values.jitter === 'none';
  return {
    attempts: Number(retry.values.maxAttempts),
    shortest: (n) => doubledMs(isEven ? n - 1 : 0, minWait, maxWait),
    longest: (n) => doubledMs(isEven ? n - 1 : n, minWait, maxWait),
  };
}

/** After this number of retries, the waits no longer grow. */
const ENOUGH = 64;

/** The sum of all longest waits. */
export function longestWaitsMs({ attempts, longest }: Waits): number {
  const retries = attempts - 1;
  let sum = 0;
  for (let retry = 1; retry <= Math.min(retries, ENOUGH); retry++) sum += longest(retry);
  return sum + Math.max(0, retries - ENOUGH) * longest(ENOUGH);
}

/** The number of attempts that can start within `limitMs` if each fails at once. */
export function attemptsWithin(limitMs: number, { attempts, shortest }: Waits): number {
  let at = 0;
  for (let retry = 1; retry <= ENOUGH; retry++) {
    at += shortest(retry);
    if (at >= limitMs) return Math.min(attempts, retry);
  }
  return Math.min(attempts, ENOUGH + Math.ceil((limitMs - at) / shortest(ENOUGH)));
}

/** The longest time that all attempts and their waits can take; NaN if unknown. */
export function longestSequenceMs(stack: Stack): number {
  const waits = waitsOf(stack);
  return waits.attempts * msOf(stack.attempt, 'limit') + longestWaitsMs(waits);
}
