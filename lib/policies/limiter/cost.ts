import { isStrayPromise } from '../../core/stray-promise.js';

/** Why a cost cannot be used unchanged. */
export type CostProblem = 'a promise' | 'NaN' | 'a negative number' | 'no number' | 'above the limit' | 'an exception';

/** A valid cost, and the problem of the given cost if it was not valid. */
export interface CheckedCost {
  readonly cost: number;
  readonly problem?: CostProblem;
}

/** The cost of a call if the given cost is invalid. */
const SAFE = 1;

/** The cost to charge before the call: 1 if the given cost is not a number >= 0; at most the limit. */
export function checkedCost(given: unknown, limit: number): CheckedCost {
  const problem = problemOf(given);
  if (problem) return { cost: SAFE, problem };
  return (given as number) > limit ? { cost: limit, problem: 'above the limit' } : { cost: given as number };
}

/** The cost after the call; undefined if the given cost is invalid: then the charge stays. */
export function checkedActual(given: unknown, limit: number): Partial<CheckedCost> {
  const problem = problemOf(given);
  return problem ? { problem } : checkedCost(given, limit);
}

/** Calls a function of the user and checks its result. If the function throws, the result is `unusable`. */
export function answered<T extends Partial<CheckedCost>>(
  ask: () => unknown,
  check: (given: unknown) => T,
  unusable: T,
): T {
  let given: unknown;
  try {
    given = ask();
  } catch {
    return unusable;
  }
  return check(given);
}

function problemOf(given: unknown): CostProblem | undefined {
  if (typeof given === 'number') return Number.isNaN(given) ? 'NaN' : given < 0 ? 'a negative number' : undefined;
  return isStrayPromise(given) ? 'a promise' : 'no number';
}
