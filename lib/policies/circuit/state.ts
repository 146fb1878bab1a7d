// The rules of the circuit, pure: state, event and time go in, the next state comes out.
import type { Random } from '../../core/random.js';
import { afterCall, isOver, type Ramp, rampFrom } from './ramp.js';
import { brokenRate, type Tally } from './rates.js';
import type { CircuitRules } from './rules.js';

/** How far past its recovery a circuit may wait, so that a fleet does not knock together. */
const RECOVERY_SPREAD = 0.1;

export interface Closed {
  readonly kind: 'closed';
  /** Failures in a row. */
  readonly failures: number;
  /** While it does not let every call through yet. */
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
  /** The probes that are out and in time, and those that are late until somebody looks. */
  readonly leases: readonly Lease[];
  /** Leases given out in this half-open period: the next one's id is one more. */
  readonly issued: number;
  readonly successes: number;
  /** How many may be out, as the method says that asked last. */
  readonly probes: number;
  readonly trips: number;
}

export interface Isolated {
  readonly kind: 'isolated';
  /** Why, in the words of whoever did it. Never told in an event. */
  readonly reason: string | undefined;
}

export type CircuitState = Closed | Open | HalfOpen | Isolated;

export interface Lease {
  readonly id: number;
  readonly since: number;
  /** The probe is late from this moment on. */
  readonly until: number;
}

/** What became of a call. `rejected`: the service answered, and said no. */
export type Outcome = 'success' | 'failure' | 'rejected' | 'ignored';

/** What a circuit says to a call. */
export interface Decision {
  readonly state: CircuitState;
  /** 0 for a call that is no probe, undefined for one that is refused. */
  readonly lease: number | undefined;
}

/** How a call ended, and what the window shows with it counted. */
export interface Ending {
  readonly outcome: Outcome;
  readonly lease: number;
  readonly tally?: Tally | undefined;
}

export const CLOSED: Closed = Object.freeze({ kind: 'closed', failures: 0 });

export function open(now: number, trips: number, reason: TripReason, rules: CircuitRules, random: Random): Open {
  const recovery = Math.min(rules.recoveryMs * rules.recoveryGrowth ** (trips - 1), rules.maxRecoveryMs);
  return { kind: 'open', openedAt: now, until: now + recovery * (1 + RECOVERY_SPREAD * random()), trips, reason };
}

/** Whether a probe is in time. A clock that was set back must not hold a lease for longer than was meant. */
function isHeld({ since, until }: Lease, now: number): boolean {
  return now < until && now >= since;
}

/** The state as time alone has changed it: an open circuit whose recovery is over is half-open, and a ramp ends. */
export function asOf(state: CircuitState, now: number): CircuitState {
  if (state.kind === 'closed' && state.ramp && isOver(state.ramp, now)) return closed(state.failures);
  if (state.kind !== 'open' || isRefusing(state, now)) return state;
  return { kind: 'half-open', leases: [], issued: 0, successes: 0, probes: 1, trips: state.trips };
}

function closed(failures: number, ramp?: Ramp): Closed {
  return failures === 0 && !ramp ? CLOSED : { kind: 'closed', failures, ramp };
}

/** Whether an open circuit refuses at this moment: the question of every call while it is open, so it makes nothing new. */
export function isRefusing(state: Open, now: number): boolean {
  // A clock that was set back must not hold the circuit open for longer than was meant.
  return now < state.until && now >= state.openedAt;
}

/** Whether and how a call may pass. */
export function admit(before: CircuitState, now: number, rules: CircuitRules): Decision {
  const state = asOf(before, now);
  switch (state.kind) {
    case 'closed': {
      if (!state.ramp) return { state, lease: 0 };
      const { ramp, admitted } = afterCall(state.ramp, now);
      return { state: { ...state, ramp }, lease: admitted ? 0 : undefined };
    }
    case 'open':
    case 'isolated':
      return { state, lease: undefined };
    case 'half-open': {
      const leases = state.leases.filter((lease) => isHeld(lease, now));
      // Without a probe out another one may always go: methods of one circuit may differ in how many they ask for.
      if (leases.length > 0 && leases.length + state.successes >= rules.probes) return { state, lease: undefined };
      const lease = { id: state.issued + 1, since: now, until: now + rules.probeIntervalMs };
      const { probes } = rules;
      return { state: { ...state, leases: [...leases, lease], issued: lease.id, probes }, lease: lease.id };
    }
  }
}

/** The state after a call has ended that was admitted in this very state's epoch. */
export function settle(
  state: CircuitState,
  { outcome, lease, tally }: Ending,
  now: number,
  rules: CircuitRules,
  random: Random,
): CircuitState {
  switch (state.kind) {
    case 'closed': {
      if (outcome !== 'success' && outcome !== 'failure') return state;
      const failures = outcome === 'failure' ? state.failures + 1 : 0;
      const reason = tripReason(failures, tally, rules);
      if (reason) return open(now, 1, reason, rules, random);
      return closed(failures, state.ramp);
    }
    case 'half-open': {
      const held = state.leases.some((held) => held.id === lease && isHeld(held, now));
      // A late failure may be the service of a minute ago; a late success still proves that it answers.
      if (outcome === 'failure' && held) return open(now, state.trips + 1, 'probe', rules, random);
      const leases = state.leases.filter(({ id }) => id !== lease);
      if (outcome === 'failure' || outcome === 'ignored') return { ...state, leases };
      if (state.successes + 1 < rules.probes) return { ...state, leases, successes: state.successes + 1 };
      return closed(0, rampFrom(now, rules.rampUpMs));
    }
    case 'open':
    case 'isolated':
      return state;
  }
}

function tripReason(failures: number, tally: Tally | undefined, rules: CircuitRules): TripReason | undefined {
  if (failures >= rules.failureThreshold) return 'failures';
  return tally && rules.rates && brokenRate(tally, rules.rates);
}

/**
 * Whole milliseconds until the circuit may let a call through; 0 when it does now, Infinity while it is isolated. Of a
 * closed one that ramps up, until it lets all of them through.
 */
export function retryAfterMs(before: CircuitState, now: number): number {
  const state = asOf(before, now);
  switch (state.kind) {
    case 'closed':
      return state.ramp ? Math.ceil(state.ramp.until - now) : 0;
    case 'open':
      return Math.ceil(state.until - now);
    case 'half-open':
      return state.leases.length === 0 || state.leases.length + state.successes < state.probes
        ? 0
        : Math.max(0, Math.ceil(Math.min(...state.leases.map(({ until }) => until)) - now));
    case 'isolated':
      return Number.POSITIVE_INFINITY;
  }
}
