// The rules that look through a window, pure: what was seen goes in, the rule that it breaks comes out.

/** What a window shows of the calls that have finished: ignored ones are none of them. */
export interface Tally {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

/** How far a window reaches back: milliseconds, or a number of calls. */
export interface Span {
  readonly unit: 'ms' | 'calls';
  readonly size: number;
}

export interface RateRules {
  readonly window: Span;
  /** Calls that must have finished before a rate means anything. */
  readonly minimumCalls: number;
  /** Infinity where the rule is off. */
  readonly failureRate: number;
  readonly slowCallRate: number;
  readonly slowCallMs: number;
}

/** The rule that what was seen breaks, if it breaks one. */
export function brokenRate(
  { calls, failures, slow }: Tally,
  { minimumCalls, failureRate, slowCallRate }: RateRules,
): 'failure-rate' | 'slow-call-rate' | undefined {
  if (calls < minimumCalls) return undefined;
  if (failures / calls >= failureRate) return 'failure-rate';
  return slow / calls >= slowCallRate ? 'slow-call-rate' : undefined;
}
