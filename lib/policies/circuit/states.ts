import type { Ramp } from './ramp.js';
import type { Row } from './row.js';

// The states of a circuit, as plain data.

export interface Closed extends Row {
  readonly kind: 'closed';
  /** Set while it does not admit every call yet. */
  readonly ramp?: Ramp | undefined;
}

/** Why a circuit opened: failures in a row, a rate, or a failed probe. */
export type TripReason = 'failures' | 'failure-rate' | 'slow-call-rate' | 'probe';

export interface Open {
  readonly kind: 'open';
  readonly openedAt: number;
  readonly until: number;
  /** How many times in a row it opened without closing in between. */
  readonly trips: number;
  readonly reason: TripReason;
}

export interface HalfOpen {
  readonly kind: 'half-open';
  /** The running probes. Late ones are removed at the next call. */
  readonly leases: readonly Lease[];
  /** The number of leases in this half-open period; also the id of the last one. */
  readonly issued: number;
  /** The number of probes that succeeded, and of probes that failed in time. */
  readonly successes: number;
  readonly failures: number;
  /** The `probes` option of the method that used the circuit last. */
  readonly probes: number;
  readonly trips: number;
}

/** Rejects every call; set by hand. */
export interface Isolated {
  readonly kind: 'isolated';
  /** The reason that the person gave. Never part of an event. */
  readonly reason: string | undefined;
}

/** Counts failures and admits every call; set by hand. */
export interface ForcedClosed extends Row {
  readonly kind: 'forced-closed';
  /** The reason that the person gave. Never part of an event. */
  readonly reason: string | undefined;
}

export type CircuitState = Closed | Open | HalfOpen | Isolated | ForcedClosed;

export interface Lease {
  readonly id: number;
  readonly since: number;
  /** The probe is late from this time on. */
  readonly until: number;
}

export const CLOSED: Closed = Object.freeze({ kind: 'closed', failures: 0 });
