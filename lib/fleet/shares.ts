// What a member has of a limit of the whole fleet: divided by those who are present, without asking the store.

const BUDGET_CAPACITY = 100;
const BUDGET_REFILL_PER_SECOND = 10;

/** The constant part of the retry budget. What first attempts earn scales with the traffic by itself. */
export interface BudgetShare {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

export function budgetShare(members: number): BudgetShare {
  const sharers = Math.max(1, members);
  return { capacity: Math.max(1, BUDGET_CAPACITY / sharers), refillPerSecond: BUDGET_REFILL_PER_SECOND / sharers };
}
