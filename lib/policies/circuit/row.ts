// Counts failures in a row in shares of a call, exactly: 15 thirds are 5. Floating-point numbers would not be exact.

/** The fraction `count / of`. */
export interface Shares {
  readonly count: number;
  readonly of: number;
}

/** Failures in a row. */
export interface Row {
  /** Whole failures. */
  readonly failures: number;
  /** The fractions in addition, one for each denominator, each below 1. Absent if there are none. */
  readonly shares?: readonly Shares[] | undefined;
}

/** True if nothing is counted. */
export function isEmpty({ failures, shares }: Row): boolean {
  return failures === 0 && !shares;
}

/** The row plus a fraction. */
export function plus(row: Row, { count, of }: Shares): Row {
  const before = row.shares?.find((shares) => shares.of === of)?.count ?? 0;
  const others = row.shares?.filter((shares) => shares.of !== of) ?? [];
  const sum = before + count;
  const rest = sum % of;
  const shares = rest === 0 ? others : [...others, { count: rest, of }];
  const failures = row.failures + (sum - rest) / of;
  return shares.length === 0 ? { failures } : { failures, shares };
}

/** The shares that are missing for a whole failure, given those that the call's attempts have already counted. */
export function missing(counted: Shares | undefined): Shares {
  if (!counted || counted.of < 1) return { count: 1, of: 1 };
  return { count: Math.max(0, counted.of - counted.count), of: counted.of };
}

/** The sum of the row, rounded down to whole failures. */
export function failuresIn({ failures, shares }: Row): number {
  // A single fraction is below 1.
  return shares && shares.length > 1 ? failures + wholesIn(shares) : failures;
}

/** Methods with different `maxAttempts` may share a circuit; BigInt is needed for the product of all denominators. */
function wholesIn(shares: readonly Shares[]): number {
  const denominator = shares.reduce((product, { of }) => product * BigInt(of), 1n);
  const numerator = shares.reduce((sum, { count, of }) => sum + (BigInt(count) * denominator) / BigInt(of), 0n);
  return Number(numerator / denominator);
}
