// The rules of the gate as pure functions: from state, event and time to the next state.
import { counting, cut, firstPace, grown, type Pace, timeFor } from './pace.js';

/** If a hint is longer than `maxGate`, one call tries the gate. After this time another one may try. */
const PROBE_MS = 5000;

/** A gate opens if no call has waited for this time. */
const REOPEN_MS = 60_000;

/** The highest exponent of a doubled pause, so that the number stays finite. */
const MAX_DOUBLINGS = 30;

export interface Open {
  readonly kind: 'open';
}

/** No call passes before `until`; after it, calls pass one by one, at the pace. */
export interface Limited {
  readonly kind: 'limited';
  /** When the pause began, in milliseconds since the epoch. `until`: when it ends. */
  readonly closedAt: number;
  readonly until: number;
  /** The end of a hint that is longer than `maxGate`: between `until` and then, one call at a time tries. */
  readonly askedUntil: number;
  /** The lease of the call that tries. */
  readonly lease: Lease | undefined;
  readonly pace: Pace;
  /** When the next call may pass by the pace. */
  readonly nextAt: number;
  /** When a call last had to wait. */
  readonly heldAt: number;
  /** The number of pauses in a row. A further one begins if the first call after a pause gets a 429. */
  readonly refusals: number;
  /** Grows by one with every pause. Answers to calls that passed before the last pause are ignored. */
  readonly epoch: number;
  /** True if no call has passed since the pause began. */
  readonly isUntried: boolean;
}

/** How a call passed a gate that is not open. */
export interface Pass {
  readonly epoch: number;
  /** True if it was the first call after a pause. */
  readonly isFirst: boolean;
  /** True if it had to wait. */
  readonly wasHeld: boolean;
}

interface Lease {
  readonly since: number;
  readonly until: number;
}

export type GateState = Open | Limited;

export const OPEN: Open = Object.freeze({ kind: 'open' });

/** A 429. */
export interface Refusal {
  /** How long the upstream asked to wait, in milliseconds; undefined if it did not say. */
  readonly hintMs: number | undefined;
  /** The pass of the call; undefined if the gate was open when the call passed. */
  readonly pass: Pass | undefined;
  /** Successful calls per millisecond in the last two seconds; 0 if there were none. */
  readonly successRate: number;
  readonly minWaitMs: number;
  readonly maxGateMs: number;
  /** The epoch of the gate's last pause, also if the gate has opened since. Default: 0 (there was none). */
  readonly lastEpoch?: number;
}

/** The state at `now`. */
export function asOf(state: GateState, now: number): GateState {
  if (state.kind === 'open') return OPEN;
  // If the clock was set back, shifts all times, so that no call waits too long.
  const setBackMs = Math.max(0, state.closedAt - now, state.heldAt - now);
  if (setBackMs > 0) return shiftBack(state, setBackMs);
  return now - Math.max(state.heldAt, state.until) >= REOPEN_MS && now >= state.askedUntil ? OPEN : state;
}

function shiftBack(state: Limited, by: number): Limited {
  const { lease } = state;
  return {
    ...state,
    closedAt: state.closedAt - by,
    until: state.until - by,
    askedUntil: state.askedUntil - by,
    lease: lease && { since: lease.since - by, until: lease.until - by },
    pace: { ...state.pace, grownAt: state.pace.grownAt - by, passedAt: state.pace.passedAt - by },
    nextAt: state.nextAt - by,
    heldAt: state.heldAt - by,
  };
}

/** Milliseconds until a call with `ahead` calls before it may pass; 0 if it may pass now. Not rounded. */
export function waitMs(before: GateState, ahead: number, now: number): number {
  const state = asOf(before, now);
  if (state.kind === 'open') return 0;
  const { lease, until, askedUntil, nextAt, pace } = state;
  const paced = Math.max(until, nextAt) + timeFor(ahead, pace);
  if (Math.max(now, until) >= askedUntil) return Math.max(0, paced - now);
  // Only one call tries. All others wait for its outcome, or for the end of the hint.
  if (ahead === 0 && !isHeld(lease, now)) return Math.max(0, until - now);
  return Math.max(0, askedUntil + timeFor(ahead, pace) - now);
}

function isHeld(lease: Lease | undefined, now: number): boolean {
  return lease !== undefined && now < lease.until && now >= lease.since;
}

/** The state after a call passed that was allowed to. */
export function passed(before: GateState, wasHeld: boolean, now: number): GateState {
  const state = asOf(before, now);
  if (state.kind === 'open') return OPEN;
  const heldAt = wasHeld ? now : state.heldAt;
  if (now < state.askedUntil)
    return { ...state, heldAt, lease: { since: now, until: now + PROBE_MS }, isUntried: false };
  // The remainder of the last interval is kept, so that a clock of whole milliseconds does not slow the pace.
  const nextAt = Math.max(state.nextAt, now - 1) + 1 / state.pace.rate;
  const pace = counting(state.pace, wasHeld, now);
  return { ...state, heldAt, lease: undefined, nextAt, pace, isUntried: false };
}

/** The pass of a call in this state; undefined if the gate is open. */
export function passOf(state: GateState, wasHeld: boolean): Pass | undefined {
  return state.kind === 'open' ? undefined : { epoch: state.epoch, isFirst: state.isUntried, wasHeld };
}

/** The state after a call had to wait. */
export function held(state: GateState, now: number): GateState {
  return state.kind === 'open' ? OPEN : { ...state, heldAt: now };
}

/** The state after a call with this pass has ended without a 429. */
export function answered(before: GateState, { epoch, wasHeld }: Pass, isSuccess: boolean, now: number): GateState {
  const state = asOf(before, now);
  if (state.kind === 'open' || epoch !== state.epoch) return state;
  // If the call that tried succeeded, the hint is no longer valid; if it failed otherwise, nothing is known.
  const lease = undefined;
  if (!isSuccess) return { ...state, lease };
  const askedUntil = Math.min(state.askedUntil, now);
  return { ...state, lease, askedUntil, pace: wasHeld ? grown(state.pace, now) : state.pace };
}

/** The state after a 429. */
export function limited(before: GateState, refusal: Refusal, now: number): Limited {
  const state = asOf(before, now);
  const { successRate, minWaitMs, lastEpoch = 0 } = refusal;
  if (state.kind === 'open') {
    const pace = firstPace(successRate, minWaitMs, now);
    const { until, askedUntil } = pauseOf(refusal, 1, pace, now);
    return {
      ...{ kind: 'limited', closedAt: now, until, askedUntil, lease: undefined, pace },
      ...{ nextAt: until, heldAt: now, refusals: 1, epoch: lastEpoch + 1, isUntried: true },
    };
  }
  const { pass } = refusal;
  const isCurrent = pass?.epoch === state.epoch;
  // A 429 to the first call after a pause shows that the pause was too short; to any other call, that the pace is too
  // fast.
  const refusals = isCurrent && pass.isFirst ? state.refusals + 1 : 1;
  const pace = isCurrent && !pass.isFirst ? cut(state.pace, now) : state.pace;
  const { until, askedUntil } =
    isCurrent || refusal.hintMs !== undefined ? pauseOf(refusal, refusals, pace, now) : state;
  return {
    ...state,
    closedAt: now >= state.until ? now : state.closedAt,
    until: Math.max(state.until, until),
    askedUntil: Math.max(state.askedUntil, askedUntil),
    nextAt: Math.max(state.nextAt, until),
    heldAt: now,
    ...(isCurrent && { lease: undefined, pace, refusals, epoch: state.epoch + 1, isUntried: true }),
  };
}

/**
 * The pause after a 429: what the upstream asked for; else one interval of the pace, doubled for each further pause in
 * a row.
 */
function pauseOf({ hintMs, maxGateMs }: Refusal, refusals: number, { rate }: Pace, now: number) {
  const asked = hintMs ?? 2 ** Math.min(refusals - 1, MAX_DOUBLINGS) / rate;
  const isTooLong = hintMs !== undefined && hintMs > maxGateMs;
  return { until: now + Math.min(asked, maxGateMs), askedUntil: isTooLong ? now + hintMs : now };
}
