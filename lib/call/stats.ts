// What is counted of one decorated method: plain numbers, which survive every change of settings.
import type { GaveUpReason } from '../core/events.js';
import type { FailureKind } from '../core/failure.js';
import type { Durations } from './durations.js';

/**
 * How a call ended. `refused`: no attempt was made, because a circuit, a bulkhead or a rate limit refused it. `fallback`:
 * the fallback answered. `cancelled`: the caller aborted it, or left its stream early.
 */
export type CallOutcome = 'success' | 'failure' | 'refused' | 'fallback' | 'cancelled';

/** Why a call was refused. */
export type RefusedBy = 'circuit-open' | 'concurrency-limit' | 'rate-limit-wait';

/** What a failed or refused call is counted under. */
export type CallErrorType = FailureKind | RefusedBy;

/** A bulkhead as it is now. */
export interface BulkheadStats {
  readonly limit: number;
  readonly running: number;
  readonly queued: number;
  readonly queueLimit: number;
  /** Calls that hold their permit although their caller has its error already. */
  readonly abandoned: number;
}

type Counts<K extends string> = Partial<Record<K, number>>;

/** The counters of one decorated method. */
export class CallStats {
  /** The circuit's name, without a key. */
  circuit: string | undefined;
  /** Reads the bulkhead. */
  bulkhead: (() => BulkheadStats) | undefined;
  /** True if another decorated function counts the calls: around another library's wrapper, or around this step. */
  isBeneath = false;
  /** True if a decorated function behind another library's wrapper counts the attempts. */
  isOuter = false;
  /** True once the method's first failure of kind `unknown` was emitted. */
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
  /** Made when an exporter asks for durations. */
  durations: { readonly success: Durations; readonly failure: Durations } | undefined;
}

/** Adds one. */
export function count<K extends string>(counts: Counts<K>, key: K): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
