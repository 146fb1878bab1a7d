// Counts failures in a row in shares of a call, exactly: 15 thirds are 5. Floating-point numbers would not be exact.

/** The fraction `count / of`. */
export interface Shares {
  readonly count: number;
  readonly of: number;
}

/** Failures in a row. */
export interface Row {
  /** Whole failures, by the attempts that failed since the last success. */
  readonly failures: number;
  /** The fractions in addition, one for each denominator, each below 1. Absent if there are none. */
  readonly shares?: readonly Shares[] | undefined;
  /**
   * The calls that failed since the last success; absent if they are as many as `failures`. Attempts that failed before
   * that success are not in the row, but their call is.
   */
  readonly calls?: number | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The row of a state, without the rest of the state. */
export function rowOf({ failures, shares, calls }: Row): Row {
  return withRow({}, failures, shares, calls);
}

/** Adds a row to an object. Built step by step: each failed attempt does this, and a spread makes an object for each part. */
export function withRow<T extends object>(
  to: T,
  failures: number,
  shares: Row['shares'],
  calls: number | undefined,
): T & Row {
  const row = to as T & Mutable<Row>;
  row.failures = failures;
  if (shares) row.shares = shares;
  if (calls !== undefined) row.calls = calls;
  return row;
}

/** The row after a failed attempt, which adds a fraction. */
export function plus(row: Row, { count, of }: Shares, calls = 0): Row {
  let sum = count;
  let others: readonly Shares[] = NO_SHARES;
  if (row.shares) {
    sum += row.shares.find((shares) => shares.of === of)?.count ?? 0;
    others = row.shares.filter((shares) => shares.of !== of);
  }
  const rest = sum % of;
  const failures = row.failures + (sum - rest) / of;
  const shares = rest === 0 ? others : [...others, { count: rest, of }];
  const allCalls = callsIn(row) + calls;
  return withRow({}, failures, shares.length === 0 ? undefined : shares, allCalls === failures ? undefined : allCalls);
}

const NO_SHARES: readonly never[] = [];

/** The row after a failed call, which adds what its attempts have not added yet. */
export function plusCall(row: Row, counted: Shares | undefined): Row {
  const rest = missing(counted);
  return rest.count === 0 ? row : plus(row, rest, 1);
}

function callsIn({ failures, calls = failures }: Row): number {
  return calls;
}

/** The shares that are missing for a whole failure, given those that the call's attempts have already counted. */
export function missing(counted: Shares | undefined): Shares {
  if (!counted || counted.of < 1) return { count: 1, of: 1 };
  return { count: Math.max(0, counted.of - counted.count), of: counted.of };
}

/** Whole failures: the sum of the attempts, rounded down, or the calls if they are more. */
export function failuresIn(row: Row): number {
  const { failures, shares } = row;
  // A single fraction is below 1.
  const byAttempts = shares && shares.length > 1 ? failures + wholesIn(shares) : failures;
  return Math.max(byAttempts, callsIn(row));
}

/** Methods with different `maxAttempts` may share a circuit; BigInt is needed for the product of all denominators. */
function wholesIn(shares: readonly Shares[]): number {
  const denominator = shares.reduce((product, { of }) => product * BigInt(of), 1n);
  const numerator = shares.reduce((sum, { count, of }) => sum + (BigInt(count) * denominator) / BigInt(of), 0n);
  return Number(numerator / denominator);
}
