// Failures in a row, counted in shares of a call. Exact: 15 thirds are 5, which they are not as floating point numbers.

/** A number of equal shares: `count` times 1 / `of`. */
export interface Shares {
  readonly count: number;
  readonly of: number;
}

/** Failures in a row. */
export interface Row {
  /** Whole failures. */
  readonly failures: number;
  /** What is counted beyond them: for each denominator fewer shares than make a whole. Absent if there are none. */
  readonly shares?: readonly Shares[] | undefined;
}

/** The row with some shares more. */
export function plus(row: Row, { count, of }: Shares): Row {
  const before = row.shares?.find((shares) => shares.of === of)?.count ?? 0;
  const others = row.shares?.filter((shares) => shares.of !== of) ?? [];
  const sum = before + count;
  const rest = sum % of;
  const shares = rest === 0 ? others : [...others, { count: rest, of }];
  const failures = row.failures + (sum - rest) / of;
  return shares.length === 0 ? { failures } : { failures, shares };
}

/** The shares that a call still lacks for a whole failure, given those that its attempts have counted already. */
export function missing(counted: Shares | undefined): Shares {
  if (!counted || counted.of < 1) return { count: 1, of: 1 };
  return { count: Math.max(0, counted.of - counted.count), of: counted.of };
}

/** Whole failures in the row, the shares of all denominators added up and rounded down. */
export function failuresIn({ failures, shares }: Row): number {
  // The shares of one denominator are less than a whole.
  return shares && shares.length > 1 ? failures + wholesIn(shares) : failures;
}

/** Methods with different `maxAttempts` may share a circuit; BigInt holds the product of all their denominators. */
function wholesIn(shares: readonly Shares[]): number {
  const denominator = shares.reduce((product, { of }) => product * BigInt(of), 1n);
  const numerator = shares.reduce((sum, { count, of }) => sum + (BigInt(count) * denominator) / BigInt(of), 0n);
  return Number(numerator / denominator);
}
