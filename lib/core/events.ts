import type { KnownErrorField } from './error-fields.js';
import type { FailureFacts } from './failure.js';
import type { FleetEvent } from './fleet-events.js';
import type { HedgeRefusal, HedgeRefused, HedgeStarted } from './hedge-events.js';
import type { CostUnusable, LimiterRefused } from './limiter-events.js';
import type { SettingsRefused, SettingsReloaded } from './settings-events.js';
import type { OfMethod } from './of-method.js';

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
 * Why a retry sequence ended without success. `aborted`: the caller's signal aborted. `nested`: an outer or inner retry
 * repeats the call instead. `body`: an argument can be sent only once, and it was sent.
 */
export type GaveUpReason = (typeof GAVE_UP_REASONS)[number];

export const GAVE_UP_REASONS = [
  ...(['attempts', 'deadline', 'aborted', 'circuit-open'] as const),
  ...(['budget', 'retry-after', 'nested', 'body'] as const),
] as const;

/** Why a call did not wait until a rate limit had passed. `aborted`: the caller's signal aborted. */
export type RateLimitReason = 'max-wait' | 'attempts' | 'aborted' | 'circuit-open' | 'body';

/** What moved a circuit by hand: code, through a handle, or a user of the dashboard. */
export type MovedBy = 'code' | 'dashboard';

interface OfCircuit {
  /** The circuit's name, never with a key. */
  readonly circuit: string;
}

interface Transition extends OfCircuit, Partial<OfMethod> {
  /** Set if moved by hand (then it is always logged), or if it adopted the state of its fleet. */
  readonly by?: MovedBy | 'fleet';
  /** Set if another member of the fleet made the transition: then it is logged at `info`. */
  readonly adopted?: true;
  /** How many fleet members voted for it, if there was a vote, and how many were present. */
  readonly votes?: number;
  readonly members?: number;
}

interface Attempted extends OfMethod, FailureFacts {
  /** The circuit around the retry, if there is one. */
  readonly circuit?: string;
  /** The number of the failed attempt, from 1. */
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

/** Retries ended without success. If the caller's signal ended them, `kind` is `cancelled`. */
export interface RetryGaveUp extends Attempted {
  readonly type: 'retry_gave_up';
  readonly reason: GaveUpReason;
}

/** The circuit rejects calls now. If isolated by hand, `method` and the failure's facts are absent. */
export interface CircuitOpened extends Transition, Partial<FailureFacts> {
  readonly type: 'circuit_opened';
  readonly state: 'open' | 'isolated';
  /** How many times in a row it opened without closing in between. Absent if isolated by hand. */
  readonly trips?: number;
  /** The rule that opened it. Absent if isolated by hand. */
  readonly reason?: 'failures' | 'failure-rate' | 'slow-call-rate' | 'probe' | 'quorum';
}

/** The circuit admits probes. */
export interface CircuitHalfOpen extends Transition {
  readonly type: 'circuit_half_open';
  readonly state: 'half-open';
}

/** The circuit admits every call. `forced-closed`: set by hand; failures do not open it. */
export interface CircuitClosed extends Transition {
  readonly type: 'circuit_closed';
  readonly state: 'closed' | 'forced-closed';
}

export type TransitionEvent = CircuitOpened | CircuitHalfOpen | CircuitClosed;

/** The circuit rejected a call. */
export interface CircuitRefused extends OfCircuit, OfMethod {
  readonly type: 'circuit_refused';
  /** `closed` while it ramps up. */
  readonly state: CircuitStateName;
  readonly retryAfterMs: number;
  /** `shadow`: the circuit only watches, so the call was made. */
  readonly reason?: 'shadow';
}

/** A bulkhead rejected a call: it was not made. */
export interface ConcurrencyRefused extends OfMethod {
  readonly type: 'concurrency_refused';
  /** `queue-full`: no permit and no place in the queue was free. `queue-wait`: it waited for too long. */
  readonly reason: 'queue-full' | 'queue-wait';
  /** The bulkhead's limit at that time. */
  readonly limit: number;
  /** How long the call waited. Absent if it did not wait. */
  readonly waitMs?: number;
}

/** The fallback answered. */
export interface FallbackUsed extends OfCircuit, OfMethod, Partial<FailureFacts> {
  readonly type: 'fallback_used';
  /** `open`: the circuit rejected the call. `failure`: the call failed after all attempts. */
  readonly reason: 'open' | 'failure';
}

/** A stream failed too late for a retry: after its first chunk, or after the promise of the stream had resolved. */
export interface StreamBroken extends OfMethod, FailureFacts {
  readonly type: 'stream_broken';
  readonly circuit?: string;
  /** How many chunks the consumer had got. */
  readonly chunks: number;
}

/** A consumer dropped a stream without closing it. It was garbage-collected, and its permit released. */
export interface StreamDropped extends OfMethod {
  readonly type: 'stream_dropped';
  readonly circuit?: string;
  /** How many chunks the consumer had got. */
  readonly chunks?: number;
}

/** A call ended in an error, whatever the reason. Emitted once for each such call. */
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
  /** The class name of the error, if it is on a fixed list. */
  readonly errorName?: string;
  /** The known fields that the error has. Frozen. */
  readonly fields: readonly KnownErrorField[];
  readonly reason: string;
}

/** The time limit that ended. */
export type TimeLimitReason = 'call' | 'attempt' | 'first-chunk' | 'between-chunks';

/** A time limit ended a call or an attempt. */
export interface TimeLimitEnded extends OfMethod {
  readonly type: 'time_limited';
  readonly circuit?: string;
  /** Milliseconds since the limited call or attempt began. */
  readonly elapsedMs: number;
  readonly reason: TimeLimitReason;
  /** True if chaos delayed the call. */
  readonly chaos?: true;
}

/**
 * The upstream limits the rate. With `waitMs`: the gate closed, and calls wait; emitted once for each closing, not for
 * each waiting call. With `reason`: one call stopped waiting. If no attempt of the call was made, `attempt` and the
 * failure's facts are absent.
 */
export interface RateLimitHit extends OfMethod, Partial<FailureFacts> {
  readonly type: 'rate_limited';
  /** The circuit around the method, if there is one. */
  readonly circuit?: string;
  /** The number of the attempt that the upstream rejected, from 1. */
  readonly attempt?: number;
  readonly maxAttempts?: number;
  readonly waitMs?: number;
  readonly reason?: RateLimitReason;
}

/** Another layer retries as well, so requests multiply. `reason` says what to write instead. */
export interface RetriesMultiplied extends OfMethod {
  readonly type: 'retries_multiplied';
  /** The largest number of requests that one call may send. */
  readonly requests: number;
  readonly reason: string;
}

/** The settings make calls of this method fail, or delay them, from now on. */
export interface ChaosStarted extends OfMethod {
  readonly type: 'chaos_started';
  /** The share of affected calls: above 0, at most 1. */
  readonly rate: number;
  /** How they fail. Absent if they are only delayed. */
  readonly fault?: 'network' | 'timeout' | 'server' | 'rate-limited' | 'malformed';
  /** How long they are delayed. Absent if they are not delayed. */
  readonly waitMs?: number;
  /** Milliseconds until chaos ends by itself. Absent if it has no end. */
  readonly leftMs?: number;
}

/** Every event that holdfast emits. Events hold no content of calls. */
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
