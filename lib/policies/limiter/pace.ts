// The rules of a limiter, pure: a generic cell rate algorithm (GCRA), https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
// What was taken is owed, and is paid back evenly with time. All of it is counted in integers, so that years of rounding
// never add up to a call too many.

/** How many units in which time, and how many at once after idleness. */
export interface LimiterRules {
  /** Units in `perMs`. */
  readonly limit: number;
  readonly perMs: number;
  readonly burst: number;
  /** Whether a fleet divides the limit. Absent: if the limiter has a name. */
  readonly fleet?: 'off' | 'watch' | 'on';
}

/** The rules in integers: of a debt, `unit` parts are one unit, and `gain` parts are paid back every millisecond. */
export interface Pace {
  readonly unit: number;
  readonly gain: number;
  readonly burst: number;
  /** The most that one call is charged. */
  readonly limit: number;
  /**
   * The debt after idleness. Below 0 above one unit a millisecond: those that are due within the same millisecond pass
   * together, since the clock cannot tell them apart.
   */
  readonly least: number;
}

/** Parts of a millisecond that a `per` which is no whole number of them is measured in. */
const PARTS = 1000;

/**
 * The share that each of so many processes has of the limit. The bursts of all of them together are not above the burst
 * of one, but for the one unit that each may send after idleness.
 */
export function paceOf({ limit, perMs, burst }: LimiterRules, members = 1): Pace {
  const parts = Number.isInteger(perMs) ? 1 : PARTS;
  const [gain, unit] = [limit * parts, Math.max(1, Math.round(perMs * parts)) * members];
  const divisor = greatestCommonDivisor(gain, unit);
  return {
    unit: unit / divisor,
    gain: gain / divisor,
    burst: Math.max(1, Math.floor(burst / members)),
    limit,
    least: gain > unit ? 1 - gain / divisor : 0,
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The parts that a cost is charged as: a cost above the limit counts as the limit. */
export function chargeOf(cost: number, { unit, limit }: Pace): number {
  return Math.round(Math.min(cost, limit) * unit);
}

/**
 * What is still owed some milliseconds later. While calls wait in line, what time has paid beyond the debt within the last
 * millisecond is kept: the first of them was due within it, and a clock of whole milliseconds must not slow the others.
 */
export function owedAfter(owed: number, elapsedMs: number, { gain, least }: Pace, isLine: boolean): number {
  return Math.max(isLine ? 1 - gain : least, owed - Math.max(0, elapsedMs) * gain);
}

/**
 * Whole milliseconds until a charge fits; 0 if it does now. It fits if all of it, or a whole burst, is paid back: a charge
 * above the burst passes when nothing is owed, and owes the rest.
 */
export function waitMs(owed: number, charge: number, { unit, gain, burst }: Pace): number {
  const most = burst * unit;
  return Math.max(0, Math.ceil((owed + Math.min(charge, most) - most) / gain));
}
