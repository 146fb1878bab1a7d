import type { CircuitRules } from './rules.js';

/** `probes · probeSuccess` of 100 · 0.07 is 7.000000000000001: what is this near to a whole number is that number. */
const ROUNDING = 1e-9;

/** Probes that must succeed before the circuit closes. */
export function neededSuccesses({ probes, probeSuccess }: Pick<CircuitRules, 'probes' | 'probeSuccess'>): number {
  return Math.max(1, Math.ceil(probes * probeSuccess - ROUNDING));
}

/** What the probes of a half-open circuit decide, as soon as those that are still to come cannot change it. */
export function verdictOf(
  successes: number,
  failures: number,
  rules: Pick<CircuitRules, 'probes' | 'probeSuccess'>,
): 'closed' | 'open' | undefined {
  const needed = neededSuccesses(rules);
  if (successes >= needed) return 'closed';
  return failures > rules.probes - needed ? 'open' : undefined;
}
