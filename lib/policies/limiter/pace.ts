// The arithmetic of a limiter, as pure functions. It is the generic cell rate algorithm (GCRA),
// https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm: each call adds its cost to a debt, and time pays the debt
// back evenly. All numbers are integers, so that rounding errors never add up to an extra call.

/** The units per time, and the units at once after an idle time. */
export interface LimiterRules {
  /** Units in `perMs`. */
  readonly limit: number;
  readonly perMs: number;
  readonly burst: number;
  /** Whether a fleet divides the limit. Default: `on` if the limiter has a name, else `off`. */
  readonly fleet?: 'off' | 'watch' | 'on';
}

/**
 * The rules in integers. A debt is counted in parts: `unit` parts are one unit; each millisecond pays back `gain`
 * parts.
 */
export interface Pace {
  readonly unit: number;
  readonly gain: number;
  readonly burst: number;
  /** The most units that one call is charged. */
  readonly limit: number;
  /**
   * The debt after an idle time. It is below 0 at more than one unit per millisecond: units that are due within the
   * same millisecond pass together, because the clock has no smaller unit.
   */
  readonly least: number;
}

/** Parts of a millisecond, for a `per` that is not a whole number of milliseconds. */
const PARTS = 1000;

/**
 * The pace of each of `members` processes that divide the limit. The sum of their bursts is at most `burst`, but each
 * process may always send one unit after an idle time.
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

/** The charge of a cost, in parts. A cost above the limit counts as the limit. */
export function chargeOf(cost: number, { unit, limit }: Pace): number {
  return Math.round(Math.min(cost, limit) * unit);
}

/**
 * The debt after some milliseconds. While calls wait in line, it may fall below 0 by less than one millisecond's gain:
 * the first call was due within the last millisecond, and rounding up to whole milliseconds must not delay the other
 * calls.
 */
export function owedAfter(owed: number, elapsedMs: number, { gain, least }: Pace, isLine: boolean): number {
  return Math.max(isLine ? 1 - gain : least, owed - Math.max(0, elapsedMs) * gain);
}

/**
 * Whole milliseconds until a charge may pass; 0 if it may pass now. It may pass if the debt and the charge together are
 * at most a burst. A charge above the burst may pass when there is no debt; the rest becomes debt.
 */
export function waitMs(owed: number, charge: number, { unit, gain, burst }: Pace): number {
  const most = burst * unit;
  return Math.max(0, Math.ceil((owed + Math.min(charge, most) - most) / gain));
}
