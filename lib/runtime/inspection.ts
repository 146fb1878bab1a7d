// What `inspect()` returns: plain JSON.
import type { BulkheadStats, CallErrorType, CallOutcome } from '../call/stats.js';
import type { CircuitStateName, GaveUpReason } from '../core/events.js';
import type { FailureKind } from '../core/failure.js';
import type { TransitionCount } from '../policies/circuit/counts.js';
import type { FleetStats } from './fleet-stats.js';
import type { CircuitSnapshot } from './handle.js';

/** The tokens in a retry budget, and its capacity. */
export interface BudgetStats {
  readonly tokens: number;
  readonly capacity: number;
}

/** The number of calls with one outcome. */
export interface CallCount {
  readonly outcome: CallOutcome;
  readonly errorType?: CallErrorType;
  readonly count: number;
}

/** A histogram: the number of calls in each bucket, and the sum of their durations in seconds. */
export interface DurationStats {
  readonly outcome: 'success' | 'failure';
  /** One for each bound of 0.01 · 2ⁿ seconds with n from 0 to 13, and one for longer calls. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** One decorated method. Calls in flight: `started` minus the sum of `calls`. */
export interface MethodStats {
  readonly method: string;
  readonly circuit?: string;
  readonly started: number;
  /** Only counts above 0. */
  readonly calls: readonly CallCount[];
  readonly attempts: number;
  /** Calls that succeeded after a retry or by a hedge. */
  readonly recovered: number;
  readonly retries: Readonly<Record<FailureKind, number>>;
  readonly gaveUp: Readonly<Record<GaveUpReason, number>>;
  readonly hedges: { readonly started: number; readonly won: number; readonly refused: number };
  /** Only while an exporter needs durations. */
  readonly durations?: readonly DurationStats[];
  readonly bulkhead?: BulkheadStats;
  readonly budget: BudgetStats;
}

/** One circuit. All circuits with one name are added up, unless `keys` is true; the snapshot shows the worst one. */
export interface CircuitStats extends CircuitSnapshot {
  readonly circuit: string;
  readonly key?: string;
  /** For circuits with keys that are added up: how many keys are in each state. */
  readonly keys?: Readonly<Record<CircuitStateName, number>>;
  /** True if it only observes: it rejects no call. */
  readonly shadow: boolean;
  readonly transitions: readonly TransitionCount[];
  readonly refused: number;
  readonly wouldHaveRefused: number;
  readonly budget: BudgetStats;
}

/** All gates with one name. */
export interface GateStats {
  readonly gate: string;
  /** Milliseconds until all of them are open. */
  readonly closedForMs: number;
  /** Calls per second through the slowest of them. Absent while none of them paces calls. */
  readonly pacePerS?: number;
  readonly waiting: number;
  readonly closings: number;
}

/** A bulkhead that several methods share by its name. */
export interface NamedBulkheadStats {
  readonly bulkhead: string;
  readonly limit: number;
  readonly running: number;
  readonly queued: number;
  readonly abandoned: number;
}

/** A rate limiter, by its name. */
export interface LimiterStats {
  readonly limiter: string;
  readonly waiting: number;
  readonly refused: number;
  readonly retryAfterMs: number;
}

/** How often the settings were reloaded. */
export interface ReloadStats {
  readonly ok: number;
  readonly refused: number;
}

/** All counters. */
export interface Inspection {
  /** When counting began, in milliseconds since the epoch. */
  readonly since: number;
  readonly methods: readonly MethodStats[];
  readonly circuits: readonly CircuitStats[];
  readonly gates: readonly GateStats[];
  readonly bulkheads: readonly NamedBulkheadStats[];
  readonly limiters: readonly LimiterStats[];
  readonly reloads: ReloadStats;
  /** Only while this process is a member of a fleet. */
  readonly fleet?: FleetStats;
}
