import type { KnownErrorField } from './error-fields.js';
import type { FailureFacts } from './failure.js';
import type { FleetEvent } from './fleet-events.js';
import type { HedgeRefusal, HedgeRefused, HedgeStarted } from './hedge-events.js';
import type { CostUnusable, LimiterRefused } from './limiter-events.js';
import type { SettingsRefused, SettingsReloaded } from './settings-events.js';

export type {
  CostUnusable,
  HedgeRefusal,
  HedgeRefused,
  HedgeStarted,
  LimiterRefused,
  SettingsRefused,
  SettingsReloaded,
};

/** The states of a circuit. */
export const CIRCUIT_STATES = ['closed', 'open', 'half-open', 'isolated', 'forced-closed'] as const;

export type CircuitStateName = (typeof CIRCUIT_STATES)[number];

/**
 * Why a retry sequence ended without success. `aborted`: the caller's signal. `nested`: a retry further out or further in
 * repeats the call instead. `body`: an argument can be sent only once, and it was sent.
 */
export type GaveUpReason = (typeof GAVE_UP_REASONS)[number];

export const GAVE_UP_REASONS = [
  ...(['attempts', 'deadline', 'aborted', 'circuit-open'] as const),
  ...(['budget', 'retry-after', 'nested', 'body'] as const),
] as const;

/** Why a call did not wait for a rate limit to pass, or not until it had. `aborted`: the caller's signal. */
export type RateLimitReason = 'max-wait' | 'attempts' | 'aborted' | 'circuit-open' | 'body';

/** Who moved a circuit by hand: code, through a handle, or somebody at the dashboard. */
export type MovedBy = 'code' | 'dashboard';

export interface OfMethod {
  /** The decorated method, as `Class.method`. */
  readonly method: string;
}

interface OfCircuit {
  /** The circuit's name, never with a key. */
  readonly circuit: string;
}

interface Transition extends OfCircuit, Partial<OfMethod> {
  /** Set if the circuit was moved by hand, and then it is always logged, or if it took the state over from its fleet. */
  readonly by?: MovedBy | 'fleet';
  /** Set if another member of the fleet made the transition: then it is logged at `info`. */
  readonly adopted?: true;
  /** Members of the fleet that voted for it, if it was a vote, and those that were present. */
  readonly votes?: number;
  readonly members?: number;
}

interface Attempted extends OfMethod, FailureFacts {
  /** The circuit around the retry, if there is one. */
  readonly circuit?: string;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Milliseconds since the first attempt failed. */
  readonly elapsedMs: number;
}

/** A failed attempt will be repeated after `waitMs`. */
export interface RetryScheduled extends Attempted {
  readonly type: 'retry_scheduled';
  readonly waitMs: number;
}

/** A transient failure is final, or the caller's signal ended the retrying: then `kind` is `cancelled`. */
export interface RetryGaveUp extends Attempted {
  readonly type: 'retry_gave_up';
  readonly reason: GaveUpReason;
}

/** The circuit refuses calls from now on. By hand (`isolate`), `method` and the failure's facts are absent. */
export interface CircuitOpened extends Transition, Partial<FailureFacts> {
  readonly type: 'circuit_opened';
  readonly state: 'open' | 'isolated';
  /** How many times in a row it opened without closing in between. Absent when isolated by hand. */
  readonly trips?: number;
  /** The rule that was broken: failures in a row, a rate, a probe that failed, a fleet's quorum. Absent when isolated by hand. */
  readonly reason?: 'failures' | 'failure-rate' | 'slow-call-rate' | 'probe' | 'quorum';
}

/** The circuit lets probes through. */
export interface CircuitHalfOpen extends Transition {
  readonly type: 'circuit_half_open';
  readonly state: 'half-open';
}

/** The circuit admits every call. `forced-closed`: by hand, whatever the failures. */
export interface CircuitClosed extends Transition {
  readonly type: 'circuit_closed';
  readonly state: 'closed' | 'forced-closed';
}

export type TransitionEvent = CircuitOpened | CircuitHalfOpen | CircuitClosed;

/** The circuit refused a call. */
export interface CircuitRefused extends OfCircuit, OfMethod {
  readonly type: 'circuit_refused';
  /** `closed` while it ramps up. */
  readonly state: CircuitStateName;
  readonly retryAfterMs: number;
  /** The circuit is only watched: the call was made. */
  readonly reason?: 'shadow';
}

/** A bulkhead refused a call: it was not made. */
export interface ConcurrencyRefused extends OfMethod {
  readonly type: 'concurrency_refused';
  /** `queue-full`: neither a permit nor a place in the queue was free. `queue-wait`: it had waited for too long. */
  readonly reason: 'queue-full' | 'queue-wait';
  /** Calls that the bulkhead lets through at a time, as things were then. */
  readonly limit: number;
  /** How long the call waited. Absent if it did not wait. */
  readonly waitMs?: number;
}

/** The fallback answered. */
export interface FallbackUsed extends OfCircuit, OfMethod, Partial<FailureFacts> {
  readonly type: 'fallback_used';
  /** `open`: the circuit refused the call. `failure`: the call failed in the end. */
  readonly reason: 'open' | 'failure';
}

/** A stream failed after a part of it had been delivered, so that it cannot be repeated. */
export interface StreamBroken extends OfMethod, FailureFacts {
  readonly type: 'stream_broken';
  readonly circuit?: string;
  /** How many chunks the consumer had got. */
  readonly chunks: number;
}

/** A consumer stopped reading a stream without closing it, and the stream was collected. Its permit is back. */
export interface StreamDropped extends OfMethod {
  readonly type: 'stream_dropped';
  readonly circuit?: string;
  /** How many chunks the consumer had got. */
  readonly chunks?: number;
}

/** A call ended in an error, whatever the reason: the last word about it. */
export interface CallFailed extends OfMethod, FailureFacts {
  readonly type: 'call_failed';
  readonly circuit?: string;
  /** How many attempts were made: 0 if the call was refused. */
  readonly attempts: number;
  /** Milliseconds from the call to its error, if durations are measured. */
  readonly durationMs?: number;
}

/** The method's first failure of kind `unknown`: it is neither retried nor counted. `reason` says what to write. */
export interface FailureUnknown extends OfMethod {
  readonly type: 'failure_unknown';
  readonly circuit?: string;
  /** The class of the error, if it is on a fixed list. */
  readonly errorName?: string;
  /** Which of the known fields the error has. Frozen. */
  readonly fields: readonly KnownErrorField[];
  readonly reason: string;
}

/** Which time limit ended: that of the whole call, that of an attempt, or one of the waits for a stream's chunks. */
export type TimeLimitReason = 'call' | 'attempt' | 'first-chunk' | 'between-chunks';

/** A time limit ended a call or an attempt. */
export interface TimeLimitEnded extends OfMethod {
  readonly type: 'time_limited';
  readonly circuit?: string;
  /** Milliseconds since the limited call or attempt began. */
  readonly elapsedMs: number;
  readonly reason: TimeLimitReason;
  /** True if chaos had delayed the call. */
  readonly chaos?: true;
}

/**
 * The upstream limits the rate: calls wait for `waitMs`; or, with a `reason`, a call does not. Emitted once for each
 * closing of a gate, not for each call that waits. A call that was not made has no `attempt` and no facts of a failure.
 */
export interface RateLimitHit extends OfMethod, Partial<FailureFacts> {
  readonly type: 'rate_limited';
  /** The circuit around the method, if there is one. */
  readonly circuit?: string;
  /** The attempt that was answered with the rate limit, from 1. */
  readonly attempt?: number;
  readonly maxAttempts?: number;
  readonly waitMs?: number;
  readonly reason?: RateLimitReason;
}

/** Something else retries as well, so that requests multiply. `reason` says what to write. */
export interface RetriesMultiplied extends OfMethod {
  readonly type: 'retries_multiplied';
  /** How many requests one call may send. */
  readonly requests: number;
  readonly reason: string;
}

/** The settings make calls of this method fail, or delay them, from now on. */
export interface ChaosStarted extends OfMethod {
  readonly type: 'chaos_started';
  /** The share of calls. */
  readonly rate: number;
  /** How they fail. Absent if they are only delayed. */
  readonly fault?: 'network' | 'timeout' | 'server' | 'rate-limited' | 'malformed';
  /** How long they are delayed. Absent if they are not. */
  readonly waitMs?: number;
  /** Milliseconds until it ends by itself. Absent if it does not. */
  readonly leftMs?: number;
}

/** Everything that holdfast emits: facts without content. */
export type ResilienceEvent =
  | RetryScheduled
  | RetryGaveUp
  | CallFailed
  | FailureUnknown
  | CircuitOpened
  | CircuitHalfOpen
  | CircuitClosed
  | CircuitRefused
  | ConcurrencyRefused
  | FallbackUsed
  | StreamBroken
  | StreamDropped
  | TimeLimitEnded
  | RateLimitHit
  | LimiterRefused
  | CostUnusable
  | HedgeStarted
  | HedgeRefused
  | RetriesMultiplied
  | ChaosStarted
  | SettingsReloaded
  | SettingsRefused
  | FleetEvent;

export type EventType = ResilienceEvent['type'];
