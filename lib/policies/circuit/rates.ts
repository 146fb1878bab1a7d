// The rules that use a window, as pure functions: from a tally to the broken rule.

/** The finished calls of a window, without ignored ones. */
export interface Tally {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

/** The size of a window: milliseconds, or a number of calls. */
export interface Span {
  readonly unit: 'ms' | 'calls';
  readonly size: number;
}

export interface RateRules {
  readonly window: Span;
  /** The number of finished calls from which the rates are checked. */
  readonly minimumCalls: number;
  /** Infinity if the rule is off. */
  readonly failureRate: number;
  readonly slowCallRate: number;
  readonly slowCallMs: number;
}

/** The rule that the tally breaks; undefined if it breaks none. */
export function brokenRate(
  { calls, failures, slow }: Tally,
  { minimumCalls, failureRate, slowCallRate }: RateRules,
): 'failure-rate' | 'slow-call-rate' | undefined {
  if (calls < minimumCalls) return undefined;
  if (failures / calls >= failureRate) return 'failure-rate';
  return slow / calls >= slowCallRate ? 'slow-call-rate' : undefined;
}
