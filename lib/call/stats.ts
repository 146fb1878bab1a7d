// The counters of one decorated method. They survive every change of settings.
import type { GaveUpReason } from '../core/events.js';
import type { FailureKind } from '../core/failure.js';
import type { Durations } from './durations.js';

/**
 * How a call ended. `refused`: no attempt was made, because a circuit, a bulkhead or a rate limit rejected it.
 * `fallback`: the fallback answered. `cancelled`: the caller aborted it, or left its stream early.
 */
export type CallOutcome = 'success' | 'failure' | 'refused' | 'fallback' | 'cancelled';

/** Which policy rejected a call. */
export type RefusedBy = 'circuit-open' | 'concurrency-limit' | 'rate-limit-wait';

/** The label under which a failed or rejected call is counted. */
export type CallErrorType = FailureKind | RefusedBy;

/** The current state of a bulkhead. */
export interface BulkheadStats {
  readonly limit: number;
  readonly running: number;
  readonly queued: number;
  readonly queueLimit: number;
  /** Calls that hold their permit although their caller has already got an error. */
  readonly abandoned: number;
}

type Counts<K extends string> = Partial<Record<K, number>>;

/** The counters of one decorated method. */
export class CallStats {
  /** The circuit's name, without a key. */
  circuit: string | undefined;
  /** Reads the bulkhead. */
  bulkhead: (() => BulkheadStats) | undefined;
  /**
   * True if an outer decorated function counts the calls: one around another library's wrapper, or around this step.
   */
  isBeneath = false;
  /** True if an inner decorated function, behind another library's wrapper, counts the attempts. */
  isOuter = false;
  /** True once `failure_unknown` was emitted for the method. */
  hasToldUnknown = false;

  started = 0;
  succeeded = 0;
  fellBack = 0;
  cancelled = 0;
  attempts = 0;
  recovered = 0;
  hedgesStarted = 0;
  hedgesWon = 0;
  hedgesRefused = 0;
  readonly failed: Counts<FailureKind> = {};
  readonly refused: Counts<RefusedBy> = {};
  readonly retries: Counts<FailureKind> = {};
  readonly gaveUp: Counts<GaveUpReason> = {};
  /** Undefined until an exporter needs durations. */
  durations: { readonly success: Durations; readonly failure: Durations } | undefined;
}

/** Adds one. */
export function count<K extends string>(counts: Counts<K>, key: K): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
