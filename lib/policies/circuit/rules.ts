import { toMs } from '../../core/duration.js';
import type { CircuitOptions } from './options.js';
import type { RateRules, Span } from './rates.js';

/** Options with every gap filled, durations in milliseconds. */
export interface CircuitRules {
  readonly failureThreshold: number;
  /** Undefined where no rule looks through a window. */
  readonly rates: RateRules | undefined;
  readonly recoveryMs: number;
  readonly recoveryGrowth: number;
  readonly maxRecoveryMs: number;
  readonly probes: number;
  readonly probeIntervalMs: number;
  /** 0 where all calls are admitted again at once. */
  readonly rampUpMs: number;
  /** Absent: as the kind of circuit has it. */
  readonly fleet?: 'off' | 'watch' | 'on';
}

type Filled = Required<
  Pick<CircuitOptions, 'failureThreshold' | 'recoveryTimeout' | 'recoveryGrowth' | 'probes' | 'window' | 'rampUp'>
>;
type Optional =
  | 'failureRate'
  | 'slowCall'
  | 'slowCallRate'
  | 'minimumCalls'
  | 'maxRecoveryTimeout'
  | 'probeInterval'
  | 'fleet';

/** Circuit options after the settings have filled in the data: null where nothing is said. */
export type ResolvedCircuitOptions = Filled & { readonly [K in Optional]?: CircuitOptions[K] | null };

const LONGEST_PROBE_INTERVAL_MS = 5000;
const MAX_RECOVERY_TIMES = 10;
const MINIMUM_CALLS = 20;
const NEVER = Number.POSITIVE_INFINITY;

export function circuitRules(options: ResolvedCircuitOptions): CircuitRules {
  const recoveryMs = toMs(options.recoveryTimeout);
  const { maxRecoveryTimeout, probeInterval } = options;
  return {
    failureThreshold: options.failureThreshold,
    rates: rateRules(options),
    recoveryMs,
    recoveryGrowth: options.recoveryGrowth,
    maxRecoveryMs: maxRecoveryTimeout ? toMs(maxRecoveryTimeout) : MAX_RECOVERY_TIMES * recoveryMs,
    probes: options.probes,
    probeIntervalMs: probeInterval ? toMs(probeInterval) : Math.min(recoveryMs, LONGEST_PROBE_INTERVAL_MS),
    rampUpMs: toMs(options.rampUp),
    ...(options.fleet && { fleet: options.fleet }),
  };
}

function rateRules({ failureRate, slowCall, slowCallRate, window, minimumCalls }: ResolvedCircuitOptions) {
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

/** Options that contradict each other, as problems for people. What is undefined may still be said elsewhere. */
export function circuitContradictions(
  options: {
    readonly [K in keyof ResolvedCircuitOptions]?: ResolvedCircuitOptions[K] | null;
  },
): string[] {
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
