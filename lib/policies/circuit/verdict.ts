import type { CircuitRules } from './rules.js';

/** 100 · 0.07 is 7.000000000000001. A product that is this close above an integer counts as that integer. */
const ROUNDING = 1e-9;

/** Probes that must succeed before the circuit closes. */
export function neededSuccesses({ probes, probeSuccess }: Pick<CircuitRules, 'probes' | 'probeSuccess'>): number {
  return Math.max(1, Math.ceil(probes * probeSuccess - ROUNDING));
}

/** The decision of the probes of a half-open circuit; undefined as long as further probes can change it. */
export function verdictOf(
  successes: number,
  failures: number,
  rules: Pick<CircuitRules, 'probes' | 'probeSuccess'>,
): 'closed' | 'open' | undefined {
  const needed = neededSuccesses(rules);
  if (successes >= needed) return 'closed';
  return failures > rules.probes - needed ? 'open' : undefined;
}
