/** Why a cost cannot be used as it is. */
export type CostProblem = 'a promise' | 'NaN' | 'a negative number' | 'no number' | 'above the limit' | 'an exception';

/** A cost that can be charged, and what was wrong with the one that was given. */
export interface CheckedCost {
  readonly cost: number;
  readonly problem?: CostProblem;
}

/** What a call is charged if its cost cannot be told. */
const SAFE = 1;

/** The cost to charge before the call: 1 if the given one is no number >= 0; one above the limit counts as the limit. */
export function checkedCost(given: unknown, limit: number): CheckedCost {
  const problem = problemOf(given);
  if (problem) return { cost: SAFE, problem };
  return (given as number) > limit ? { cost: limit, problem: 'above the limit' } : { cost: given as number };
}

/** The cost after the call, undefined if there is nothing to correct: the charge stays. */
export function checkedActual(given: unknown, limit: number): Partial<CheckedCost> {
  const problem = problemOf(given);
  return problem ? { problem } : checkedCost(given, limit);
}

/** What a function of the user's answered, checked by `check`; what it throws is a problem like any other. */
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
  return given instanceof Promise ? swallowed(given) : 'no number';
}

function swallowed(given: Promise<unknown>): CostProblem {
  given.catch(() => undefined);
  return 'a promise';
}
