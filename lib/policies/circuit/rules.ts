import { toMs } from '../../core/duration.js';
import type { ResolvedCircuitOptions } from './options.js';
import type { RateRules, Span } from './rates.js';

/** The resolved options, durations in milliseconds. */
export interface CircuitRules {
  /** Failures in a row that open the circuit; Infinity if the rule is off. */
  readonly failureThreshold: number;
  /** Undefined if no rule uses a window. */
  readonly rates: RateRules | undefined;
  readonly recoveryMs: number;
  readonly recoveryGrowth: number;
  readonly maxRecoveryMs: number;
  readonly probes: number;
  /** The share of probes that must succeed. */
  readonly probeSuccess: number;
  readonly probeIntervalMs: number;
  /** 0 if all calls are admitted again at once. */
  readonly rampUpMs: number;
  /** Absent if unset: the kind of circuit decides. */
  readonly fleet?: 'off' | 'watch' | 'on';
}

/** If unset, `probeInterval` is `recoveryTimeout` divided by this. */
const PROBE_INTERVAL_DIVISOR = 4;
const MAX_PROBE_INTERVAL_MS = 5000;
const MAX_RECOVERY_FACTOR = 10;
const MINIMUM_CALLS = 20;
const NEVER = Infinity;

type Filled =
  | 'failureThreshold'
  | 'window'
  | 'recoveryTimeout'
  | 'recoveryGrowth'
  | 'probes'
  | 'probeSuccess'
  | 'rampUp';
type Unset =
  | 'failureRate'
  | 'slowCall'
  | 'slowCallRate'
  | 'minimumCalls'
  | 'maxRecoveryTimeout'
  | 'probeInterval'
  | 'fleet';

/** The options that the rules are derived from. */
export type RuleOptions = Pick<ResolvedCircuitOptions, Filled> & Partial<Pick<ResolvedCircuitOptions, Unset>>;

export function circuitRules(options: RuleOptions): CircuitRules {
  const recoveryMs = toMs(options.recoveryTimeout);
  const { maxRecoveryTimeout, probeInterval } = options;
  return {
    failureThreshold: options.failureThreshold === 'off' ? NEVER : options.failureThreshold,
    rates: rateRules(options),
    recoveryMs,
    recoveryGrowth: options.recoveryGrowth,
    maxRecoveryMs: maxRecoveryTimeout ? toMs(maxRecoveryTimeout) : MAX_RECOVERY_FACTOR * recoveryMs,
    probes: options.probes,
    probeSuccess: options.probeSuccess,
    probeIntervalMs: probeInterval
      ? toMs(probeInterval)
      : Math.min(recoveryMs / PROBE_INTERVAL_DIVISOR, MAX_PROBE_INTERVAL_MS),
    rampUpMs: toMs(options.rampUp),
    ...(options.fleet && { fleet: options.fleet }),
  };
}

function rateRules({ failureRate, slowCall, slowCallRate, window, minimumCalls }: RuleOptions) {
  if (!failureRate && !slowCall) return undefined;
  const span: Span = typeof window === 'number' ? { unit: 'calls', size: window } : { unit: 'ms', size: toMs(window) };
  return {
    window: span,
    minimumCalls: minimumCalls ?? (span.unit === 'calls' ? Math.min(MINIMUM_CALLS, span.size) : MINIMUM_CALLS),
    failureRate: failureRate ?? NEVER,
    slowCallRate: slowCall ? (slowCallRate ?? 1) : NEVER,
    slowCallMs: slowCall ? toMs(slowCall) : NEVER,
  };
}

/**
 * Messages about options that contradict each other. An undefined option may be set elsewhere, so it is not checked.
 */
export function circuitContradictions(options: Partial<ResolvedCircuitOptions>): string[] {
  const { recoveryTimeout, maxRecoveryTimeout, slowCall, slowCallRate, window, minimumCalls } = options;
  const problems: string[] = [];
  if (recoveryTimeout && maxRecoveryTimeout && toMs(recoveryTimeout) > toMs(maxRecoveryTimeout))
    problems.push(
      `recoveryTimeout: expected at most maxRecoveryTimeout (${maxRecoveryTimeout}), got ${recoveryTimeout}`,
    );
  if (slowCallRate && slowCall === null)
    problems.push(
      `slowCallRate: expected slowCall beside it, which says when a call is slow, got ${slowCallRate} alone`,
    );
  if (typeof window === 'number' && (minimumCalls ?? 0) > window)
    problems.push(`minimumCalls: expected at most window (${window} calls), got ${minimumCalls}`);
  return problems;
}
