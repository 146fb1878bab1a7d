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

/** The row of a state, without the rest of the state. */
export function rowOf({ failures, shares, calls }: Row): Row {
  return rowWith(failures, shares, calls);
}

/** One literal for each set of fields: every failed attempt makes a row, and adding fields one by one costs twice as much. */
function rowWith(failures: number, shares: Row['shares'], calls: number | undefined): Row {
  if (shares) return calls === undefined ? { failures, shares } : { failures, shares, calls };
  return calls === undefined ? { failures } : { failures, calls };
}

/** The row after a failed attempt, which adds a fraction. */
export function plus(row: Row, { count, of }: Shares, calls = 0): Row {
  const sum = count + sharesOf(row, of);
  const rest = sum % of;
  const failures = row.failures + (sum - rest) / of;
  const allCalls = callsIn(row) + calls;
  return rowWith(failures, sharesWith(row, rest, of), allCalls === failures ? undefined : allCalls);
}

/** The row's fraction with this denominator. */
function sharesOf({ shares = NO_SHARES }: Row, of: number): number {
  for (const one of shares) if (one.of === of) return one.count;
  return 0;
}

/** The row's fractions, with this one instead of the one with its denominator. */
function sharesWith({ shares = NO_SHARES }: Row, count: number, of: number): Row['shares'] {
  const others = shares.length === 0 ? shares : shares.filter((one) => one.of !== of);
  if (count === 0) return others.length === 0 ? undefined : others;
  return others.length === 0 ? [{ count, of }] : [...others, { count, of }];
}

const NO_SHARES: readonly Shares[] = [];

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
