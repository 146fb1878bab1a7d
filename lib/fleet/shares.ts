// A member's share of a limit of the whole fleet. The present members divide the limit without a request to the store.

const BUDGET_CAPACITY = 100;
const BUDGET_REFILL_PER_SECOND = 10;

/** A share of the constant part of the retry budget. The part that first attempts earn is not divided. */
export interface BudgetShare {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

export function budgetShare(members: number): BudgetShare {
  const sharers = Math.max(1, members);
  return { capacity: Math.max(1, BUDGET_CAPACITY / sharers), refillPerSecond: BUDGET_REFILL_PER_SECOND / sharers };
}
