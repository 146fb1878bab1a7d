// The rules of the circuit as pure functions: from state, event and time to the next state.
import type { Random } from '../../core/random.js';
import { afterFirst, closed, forcedClosed } from './closed.js';
import { afterCall, isOver, rampFrom } from './ramp.js';
import { brokenRate, type Tally } from './rates.js';
import { failuresIn, plus, plusCall, type Row, type Shares } from './row.js';
import type { CircuitRules } from './rules.js';
import {
  type CircuitState,
  CLOSED,
  type Closed,
  type HalfOpen,
  type Lease,
  type Open,
  type TripReason,
} from './states.js';
import { verdictOf } from './verdict.js';

export { CLOSED } from './states.js';
export type { CircuitState, Open } from './states.js';

/** A circuit waits up to this share longer than its recovery, so that a fleet does not probe all at once. */
const RECOVERY_SPREAD = 0.1;

/** How a call ended. `rejected`: the upstream rejected the request, for example as invalid. */
export type Outcome = 'success' | 'failure' | 'rejected' | 'ignored';

/** The circuit's decision about a call. */
export interface Decision {
  readonly state: CircuitState;
  /** The probe's lease; 0 for an ordinary call; undefined if the call is rejected. */
  readonly lease: number | undefined;
}

/** The facts about a counted failure. */
export interface Failed {
  /**
   * How long the upstream asked the caller to wait: the circuit stays open at least as long, up to
   * `maxRecoveryTimeout`.
   */
  readonly retryAfterMs?: number | undefined;
}

/** How a call ended, and the tally of the window including this call. */
export interface Ending extends Failed {
  readonly outcome: Outcome;
  readonly lease: number;
  readonly tally?: Tally | undefined;
  /** True if it took longer than `slowCall`. */
  readonly isSlow?: boolean | undefined;
  /** The shares that its failed attempts have already added. */
  readonly counted?: Shares | undefined;
}

/** An open state that begins at `now`. `askedMs`: the wait that the upstream asked for in the failure that opens it. */
export function open(
  now: number,
  trips: number,
  reason: TripReason,
  rules: CircuitRules,
  random: Random,
  askedMs = 0,
): Open {
  const grown = rules.recoveryMs * rules.recoveryGrowth ** (trips - 1);
  const recovery = Math.min(askedMs > grown ? askedMs : grown, rules.maxRecoveryMs);
  return { kind: 'open', openedAt: now, until: now + recovery * (1 + RECOVERY_SPREAD * random()), trips, reason };
}

/** True if a probe is in time. If the clock was set back, the lease ends rather than lasting longer. */
function isHeld({ since, until }: Lease, now: number): boolean {
  return now < until && now >= since;
}

/** The state at `now`: after its recovery an open circuit is half-open, and a finished ramp is removed. */
export function asOf(state: CircuitState, now: number): CircuitState {
  if (state.kind === 'closed' && state.ramp && isOver(state.ramp, now)) return closed(state);
  if (state.kind !== 'open' || isRefusing(state, now)) return state;
  return { kind: 'half-open', leases: [], issued: 0, successes: 0, failures: 0, probes: 1, trips: state.trips };
}

/** True if the state is closed or forced closed. A ramp may still reject calls. */
export function isAdmitting(
  state: CircuitState,
): state is Exclude<CircuitState, { kind: 'half-open' | 'open' | 'isolated' }> {
  return state.kind === 'closed' || state.kind === 'forced-closed';
}

/** True if an open circuit rejects calls at `now`. Every call asks this while it is open, so it allocates nothing. */
export function isRefusing(state: Open, now: number): boolean {
  // If the clock was set back, the circuit does not stay open longer.
  return now < state.until && now >= state.openedAt;
}

/** Decides whether a call is admitted, and whether it is a probe. */
export function admit(before: CircuitState, now: number, rules: CircuitRules): Decision {
  const state = asOf(before, now);
  switch (state.kind) {
    case 'closed': {
      if (!state.ramp) return { state, lease: 0 };
      const { ramp, admitted } = afterCall(state.ramp, now);
      return { state: { ...state, ramp }, lease: admitted ? 0 : undefined };
    }
    case 'forced-closed':
      return { state, lease: 0 };
    case 'open':
    case 'isolated':
      return { state, lease: undefined };
    case 'half-open': {
      const leases = state.leases.filter((lease) => isHeld(lease, now));
      // If no probe is running, a probe is always admitted: methods of one circuit may have different `probes`.
      if (leases.length > 0 && leases.length + decidedProbes(state) >= rules.probes) return { state, lease: undefined };
      const lease = { id: state.issued + 1, since: now, until: now + rules.probeIntervalMs };
      const { probes } = rules;
      return { state: { ...state, leases: [...leases, lease], issued: lease.id, probes }, lease: lease.id };
    }
  }
}

/** Probes that have succeeded or failed. */
function decidedProbes({ successes, failures }: HalfOpen): number {
  return successes + failures;
}

/** The state after a failed attempt of a call that will be retried. The attempt counts as `1 / of` of a failure. */
export function attemptFailed(
  state: CircuitState,
  of: number,
  now: number,
  rules: CircuitRules,
  random: Random,
  failed: Failed = {},
): CircuitState {
  if (state.kind === 'forced-closed') return forcedClosed(state.reason, plus(state, { count: 1, of }));
  if (state.kind !== 'closed') return state;
  if (state === CLOSED && of > 1) return afterFirst(of);
  return withFailure(state, plus(state, { count: 1, of }), undefined, now, rules, random, failed);
}

/** The state after the end of a call that was admitted in the same epoch. */
export function settle(
  state: CircuitState,
  ending: Ending,
  now: number,
  rules: CircuitRules,
  random: Random,
): CircuitState {
  const { outcome, tally, counted } = ending;
  switch (state.kind) {
    case 'forced-closed': {
      if (outcome === 'success') return forcedClosed(state.reason);
      return outcome === 'failure' ? forcedClosed(state.reason, plusCall(state, counted)) : state;
    }
    case 'closed': {
      if (outcome === 'failure') return withFailure(state, plusCall(state, counted), tally, now, rules, random, ending);
      if (outcome !== 'success') return state;
      const reason = rateBroken(tally, rules);
      return reason ? open(now, 1, reason, rules, random) : closed(CLOSED, state.ramp);
    }
    case 'half-open':
      return afterProbe(state, ending, now, rules, random);
    case 'open':
    case 'isolated':
      return state;
  }
}

function withFailure(
  { ramp }: Closed,
  row: Row,
  tally: Tally | undefined,
  now: number,
  rules: CircuitRules,
  random: Random,
  { retryAfterMs }: Failed,
): CircuitState {
  const reason = failuresIn(row) >= rules.failureThreshold ? 'failures' : rateBroken(tally, rules);
  return reason ? open(now, 1, reason, rules, random, retryAfterMs) : closed(row, ramp);
}

function rateBroken(tally: Tally | undefined, { rates }: CircuitRules): TripReason | undefined {
  return tally && rates && brokenRate(tally, rates);
}

function afterProbe(
  state: HalfOpen,
  { outcome, lease, isSlow, retryAfterMs }: Ending,
  now: number,
  rules: CircuitRules,
  random: Random,
): CircuitState {
  const inTime = state.leases.some((held) => held.id === lease && isHeld(held, now));
  const leases = state.leases.filter(({ id }) => id !== lease);
  const isFailure = outcome === 'failure' || (outcome !== 'ignored' && isSlow === true);
  // A late failure may show an old condition of the upstream, so it is ignored. A late success still proves that it
  // answers.
  if (outcome === 'ignored' || (isFailure && !inTime)) return { ...state, leases };
  const successes = state.successes + (isFailure ? 0 : 1);
  const failures = state.failures + (isFailure ? 1 : 0);
  const verdict = verdictOf(successes, failures, rules);
  if (verdict === 'closed') return closed(CLOSED, rampFrom(now, rules.rampUpMs));
  if (verdict === 'open') return open(now, state.trips + 1, 'probe', rules, random, retryAfterMs);
  return { ...state, leases, successes, failures };
}

/**
 * Whole milliseconds until the circuit may admit a call; 0 if it does now, Infinity while it is isolated. During a
 * ramp, until it admits every call.
 */
export function retryAfterMs(before: CircuitState, now: number): number {
  const state = asOf(before, now);
  switch (state.kind) {
    case 'closed':
      return state.ramp ? Math.ceil(state.ramp.until - now) : 0;
    case 'forced-closed':
      return 0;
    case 'open':
      return Math.ceil(state.until - now);
    case 'half-open':
      return state.leases.length === 0 || state.leases.length + decidedProbes(state) < state.probes
        ? 0
        : Math.max(0, Math.ceil(Math.min(...state.leases.map(({ until }) => until)) - now));
    case 'isolated':
      return Infinity;
  }
}
