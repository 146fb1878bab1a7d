import { brokenRate, type Tally } from './rates.js';
import { failuresIn } from './row.js';
import type { CircuitRules } from './rules.js';
import type { CircuitState } from './state.js';

/** True if a closed circuit is at least half-way to opening by one of its rules. */
export function isHalfWay(
  state: CircuitState,
  tally: Tally | undefined,
  { failureThreshold, rates }: CircuitRules,
): boolean {
  if (state.kind !== 'closed') return false;
  if (failuresIn(state) >= Math.ceil(failureThreshold / 2)) return true;
  if (!rates || !tally) return false;
  return brokenRate(tally, { ...rates, minimumCalls: Math.ceil(rates.minimumCalls / 2) }) !== undefined;
}
