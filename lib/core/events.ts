import type { FailureFacts } from './failure.js';
import type { FleetEvent } from './fleet-events.js';

/** The states that a circuit can be seen in. */
export type CircuitStateName = 'closed' | 'open' | 'half-open' | 'isolated';

/** Why a retry sequence ended without success. `nested`: a retry further out or further in does it in its place. */
export type GaveUpReason = 'attempts' | 'deadline' | 'aborted' | 'circuit-open' | 'budget' | 'retry-after' | 'nested';

/** Why a rate limit was not waited for, or not to its end. */
export type RateLimitReason = 'max-wait' | 'attempts' | 'aborted' | 'circuit-open';

/** Why no further attempt was started beside those that are out. */
export type HedgeRefusal = 'budget' | 'circuit-open';

interface OfMethod {
  /** The decorated method, as `Class.method`. */
  readonly method: string;
}

interface OfCircuit {
  /** The circuit's name. */
  readonly circuit: string;
}

interface ByFleet {
  /** Set if the circuit took the state over from its fleet. */
  readonly by?: 'fleet';
  /** Set if another member of the fleet made the transition: then it is logged at `info`. */
  readonly adopted?: true;
  /** Members that voted for it, if it was a vote. */
  readonly votes?: number;
  /** Members that were present then. */
  readonly members?: number;
}

interface Attempted extends OfMethod, FailureFacts {
  /** The circuit around the retry, where there is one. */
  readonly circuit?: string;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Milliseconds since the first attempt failed: what the retrying has cost so far. */
  readonly elapsedMs: number;
}

/** A failed attempt will be repeated after `waitMs`. */
export interface RetryScheduled extends Attempted {
  readonly type: 'retry_scheduled';
  readonly waitMs: number;
}

/** A transient failure is final. */
export interface RetryGaveUp extends Attempted {
  readonly type: 'retry_gave_up';
  readonly reason: GaveUpReason;
}

/** The circuit refuses calls from now on. By hand (`isolate`), `method` and the failure's facts are absent. */
export interface CircuitOpened extends OfCircuit, ByFleet, Partial<OfMethod>, Partial<FailureFacts> {
  readonly type: 'circuit_opened';
  readonly state: 'open' | 'isolated';
  /** How many times in a row it opened without closing in between. Absent when isolated by hand. */
  readonly trips?: number;
  /**
   * The rule that was broken: failures in a row, a rate, a probe that failed, or the quorum of a fleet. Absent when isolated
   * by hand.
   */
  readonly reason?: 'failures' | 'failure-rate' | 'slow-call-rate' | 'probe' | 'quorum';
}

/** The circuit lets probes through. */
export interface CircuitHalfOpen extends OfCircuit, ByFleet, Partial<OfMethod> {
  readonly type: 'circuit_half_open';
  readonly state: 'half-open';
}

/** The circuit lets every call through. */
export interface CircuitClosed extends OfCircuit, ByFleet, Partial<OfMethod> {
  readonly type: 'circuit_closed';
  readonly state: 'closed';
}

/** The circuit refused a call. */
export interface CircuitRefused extends OfCircuit, OfMethod {
  readonly type: 'circuit_refused';
  /** `closed` where it ramps up. */
  readonly state: CircuitStateName;
  readonly retryAfterMs: number;
  /** Where it is only watched: the call was made all the same. */
  readonly reason?: 'shadow';
}

/** A bulkhead refused a call, which was not made. */
export interface ConcurrencyRefused extends OfMethod {
  readonly type: 'concurrency_refused';
  /** `queue-full`: neither a permit nor a place in the queue was free. `queue-wait`: it had waited for too long. */
  readonly reason: 'queue-full' | 'queue-wait';
  /** Calls that the bulkhead lets through at a time, as things were then. */
  readonly limit: number;
  /** How long the call waited in vain. Absent where it did not wait. */
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

/** A stream that nobody can read any more was given up: what it held of permits and leases has come back. */
export interface StreamDropped extends OfMethod {
  readonly type: 'stream_dropped';
  readonly circuit?: string;
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
}

/**
 * The upstream limits the rate: calls wait for `waitMs`; or, with a `reason`, a call does not. Told once for each closing
 * of a gate, not for those who wait at it. The failure's facts and `attempt` are absent for a call that was not made.
 */
export interface RateLimited extends OfMethod, Partial<FailureFacts> {
  readonly type: 'rate_limited';
  /** The circuit around the method, where there is one. */
  readonly circuit?: string;
  /** The attempt that was answered with the rate limit, from 1. */
  readonly attempt?: number;
  readonly maxAttempts?: number;
  readonly waitMs?: number;
  readonly reason?: RateLimitReason;
}

/** An attempt is slow, and another was started beside it. */
export interface HedgeStarted extends OfMethod {
  readonly type: 'hedge_started';
  /** The circuit around the method, where there is one. */
  readonly circuit?: string;
  /** The attempt that was started: 2, 3, … */
  readonly attempt: number;
  /** How long the attempt before it has been waited for. */
  readonly waitMs: number;
}

/** An attempt is slow, but none was started beside it, and none will be for this call. */
export interface HedgeRefused extends OfMethod {
  readonly type: 'hedge_refused';
  readonly circuit?: string;
  /** The attempt that was not started: 2, 3, … */
  readonly attempt: number;
  readonly reason: HedgeRefusal;
}

/** Something else retries as well, so that requests multiply. `reason` says what to write. */
export interface RetriesMultiplied extends OfMethod {
  readonly type: 'retries_multiplied';
  /** How many requests one call may send. */
  readonly requests: number;
  readonly reason: string;
}

interface OfEveryMethod {
  readonly method?: never;
}

/** The settings have been read again: what is new in them holds from the next call on. */
export interface SettingsReloaded extends OfEveryMethod {
  readonly type: 'settings_reloaded';
}

/** The settings have been read again and are wrong: those from before stay. */
export interface SettingsRefused extends OfEveryMethod {
  readonly type: 'settings_refused';
  /** Every problem, in one line. */
  readonly reason: string;
  /** How many there are. */
  readonly problems: number;
}

/** Everything that holdfast tells: facts without content. */
export type ResilienceEvent =
  | RetryScheduled
  | RetryGaveUp
  | CircuitOpened
  | CircuitHalfOpen
  | CircuitClosed
  | CircuitRefused
  | ConcurrencyRefused
  | FallbackUsed
  | StreamBroken
  | StreamDropped
  | TimeLimitEnded
  | RateLimited
  | HedgeStarted
  | HedgeRefused
  | RetriesMultiplied
  | SettingsReloaded
  | SettingsRefused
  | FleetEvent;

export type EventType = ResilienceEvent['type'];

/** Hears every event. */
export type Listener = (event: ResilienceEvent) => unknown;

/** Whoever wants to hear an event. Never throws. */
export type Audience = (event: ResilienceEvent) => void;

/** One kind of event of one method. */
export interface Channel {
  /** Undefined when nobody wants to hear one now, so that it need not be built: `channel.audience(now)?.({ … })`. */
  audience(now: number): Audience | undefined;
}
