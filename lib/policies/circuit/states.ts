import type { Ramp } from './ramp.js';
import type { Row } from './row.js';

// What a circuit can be in. Plain data: nothing here decides anything.

export interface Closed extends Row {
  readonly kind: 'closed';
  /** While it does not admit every call yet. */
  readonly ramp?: Ramp | undefined;
}

/** Why a circuit opened: failures in a row, a rate, or a probe that failed. */
export type TripReason = 'failures' | 'failure-rate' | 'slow-call-rate' | 'probe';

export interface Open {
  readonly kind: 'open';
  readonly openedAt: number;
  readonly until: number;
  /** Times in a row that it opened without closing in between. */
  readonly trips: number;
  readonly reason: TripReason;
}

export interface HalfOpen {
  readonly kind: 'half-open';
  /** The probes that are out and in time, and those that are late until the next call looks. */
  readonly leases: readonly Lease[];
  /** Leases given out in this half-open period: the next one's id is one more. */
  readonly issued: number;
  /** Probes that succeeded, and those that failed in time. */
  readonly successes: number;
  readonly failures: number;
  /** How many probes there are, as the method says that asked last. */
  readonly probes: number;
  readonly trips: number;
}

/** Rejects every call, by hand. */
export interface Isolated {
  readonly kind: 'isolated';
  /** Why, in the words of whoever did it. Never part of an event. */
  readonly reason: string | undefined;
}

/** Counts failures and admits every call, by hand. */
export interface ForcedClosed extends Row {
  readonly kind: 'forced-closed';
  /** Why, in the words of whoever did it. Never part of an event. */
  readonly reason: string | undefined;
}

export type CircuitState = Closed | Open | HalfOpen | Isolated | ForcedClosed;

export interface Lease {
  readonly id: number;
  readonly since: number;
  /** The probe is late from this moment on. */
  readonly until: number;
}

export const CLOSED: Closed = Object.freeze({ kind: 'closed', failures: 0 });
