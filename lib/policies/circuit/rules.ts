import { toMs } from '../../core/duration.js';
import type { CircuitOptions } from './options.js';

/** Options with every gap filled, durations in milliseconds. */
export interface CircuitRules {
  readonly failureThreshold: number;
  readonly recoveryMs: number;
  readonly recoveryGrowth: number;
  readonly maxRecoveryMs: number;
  readonly probes: number;
  readonly probeIntervalMs: number;
}

type Filled = Required<Pick<CircuitOptions, 'failureThreshold' | 'recoveryTimeout' | 'recoveryGrowth' | 'probes'>>;

/** Circuit options after the settings have filled in the data. */
export type ResolvedCircuitOptions = Filled & {
  readonly [K in 'maxRecoveryTimeout' | 'probeInterval']?: CircuitOptions[K] | null;
};

const LONGEST_PROBE_INTERVAL_MS = 5000;
const MAX_RECOVERY_TIMES = 10;

export function circuitRules(options: ResolvedCircuitOptions): CircuitRules {
  const recoveryMs = toMs(options.recoveryTimeout);
  const { maxRecoveryTimeout, probeInterval } = options;
  return {
    failureThreshold: options.failureThreshold,
    recoveryMs,
    recoveryGrowth: options.recoveryGrowth,
    maxRecoveryMs: maxRecoveryTimeout ? toMs(maxRecoveryTimeout) : MAX_RECOVERY_TIMES * recoveryMs,
    probes: options.probes,
    probeIntervalMs: probeInterval ? toMs(probeInterval) : Math.min(recoveryMs, LONGEST_PROBE_INTERVAL_MS),
  };
}

/** Options that contradict each other, as problems for people. */
export function circuitContradictions(
  options: {
    readonly [K in 'recoveryTimeout' | 'maxRecoveryTimeout']?: CircuitOptions[K] | null;
  },
): string[] {
  const { recoveryTimeout, maxRecoveryTimeout } = options;
  if (!recoveryTimeout || !maxRecoveryTimeout || toMs(recoveryTimeout) <= toMs(maxRecoveryTimeout)) return [];
  return [`recoveryTimeout: expected at most maxRecoveryTimeout (${maxRecoveryTimeout}), got ${recoveryTimeout}`];
}
