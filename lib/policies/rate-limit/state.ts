// The rules of the gate, pure: state, event and time go in, the next state comes out.
import { counting, cut, firstPace, grown, type Pace, timeFor } from './pace.js';

/** A call that tries a gate whose hint is longer than `maxGate` may take this long before another one tries. */
const PROBE_MS = 5000;

/** A gate that has held nobody back for so long is open again. */
const REOPEN_MS = 60_000;

/** Twice as long each time, but no longer than a number can be. */
const MOST_DOUBLINGS = 30;

export interface Open {
  readonly kind: 'open';
}

/** Nobody passes before `until`; after it calls pass one by one, at the pace. */
export interface Limited {
  readonly kind: 'limited';
  /** The pause that the upstream asked for, or that a 429 without a hint costs. */
  readonly closedAt: number;
  readonly until: number;
  /** The end of a hint that is longer than `maxGate`: until then one call at a time tries. */
  readonly askedUntil: number;
  /** The call that tries. */
  readonly lease: Lease | undefined;
  readonly pace: Pace;
  /** When the next call may pass, as far as the pace is concerned. */
  readonly nextAt: number;
  /** When a call was last held back. */
  readonly heldAt: number;
  /** Pauses in a row whose first call was answered with a 429 again. */
  readonly refusals: number;
  /** Grows by one with every pause: an answer to a call that passed before the last one says nothing new. */
  readonly epoch: number;
  /** Whether nobody has passed since the pause began. */
  readonly isUntried: boolean;
}

/** How a call passed a gate that is not open. */
export interface Pass {
  readonly epoch: number;
  /** Whether it was the first one after a pause. */
  readonly isFirst: boolean;
  /** Whether it was held back before. */
  readonly wasHeld: boolean;
}

interface Lease {
  readonly since: number;
  readonly until: number;
}

export type GateState = Open | Limited;

export const OPEN: Open = Object.freeze({ kind: 'open' });

/** An answer with a 429. */
export interface Refusal {
  /** How long the upstream asked to be left alone; undefined if it did not say. */
  readonly hintMs: number | undefined;
  /** How the call passed; undefined if the gate was open then. */
  readonly pass: Pass | undefined;
  /** Calls that succeeded a millisecond in the two seconds before; 0 if none did. */
  readonly successRate: number;
  readonly minWaitMs: number;
  readonly maxGateMs: number;
}

/** The state as time alone has changed it. */
export function asOf(state: GateState, now: number): GateState {
  if (state.kind === 'open') return OPEN;
  // A clock that was set back must not hold anybody for longer than was meant.
  const back = Math.max(0, state.closedAt - now, state.heldAt - now);
  if (back > 0) return setBack(state, back);
  return now - Math.max(state.heldAt, state.until) >= REOPEN_MS && now >= state.askedUntil ? OPEN : state;
}

function setBack(state: Limited, by: number): Limited {
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

/** Milliseconds until a call may pass that has `ahead` others before it; 0 if it may now. Not rounded. */
export function waitMs(before: GateState, ahead: number, now: number): number {
  const state = asOf(before, now);
  if (state.kind === 'open') return 0;
  const { lease, until, askedUntil, nextAt, pace } = state;
  const paced = Math.max(until, nextAt) + timeFor(ahead, pace);
  if (Math.max(now, until) >= askedUntil) return Math.max(0, paced - now);
  // Only one tries: all others wait for what it finds out, or for the end of the hint.
  if (ahead === 0 && !isHeld(lease, now)) return Math.max(0, until - now);
  return Math.max(0, askedUntil + timeFor(ahead, pace) - now);
}

function isHeld(lease: Lease | undefined, now: number): boolean {
  return lease !== undefined && now < lease.until && now >= lease.since;
}

/** The state after a call has passed that might. */
export function passed(before: GateState, wasHeld: boolean, now: number): GateState {
  const state = asOf(before, now);
  if (state.kind === 'open') return OPEN;
  const heldAt = wasHeld ? now : state.heldAt;
  if (now < state.askedUntil)
    return { ...state, heldAt, lease: { since: now, until: now + PROBE_MS }, isUntried: false };
  // A clock of whole milliseconds must not slow the pace: what is left of the last one is kept.
  const nextAt = Math.max(state.nextAt, now - 1) + 1 / state.pace.rate;
  const pace = counting(state.pace, wasHeld, now);
  return { ...state, heldAt, lease: undefined, nextAt, pace, isUntried: false };
}

/** How a call passes in this state. */
export function passOf(state: GateState, wasHeld: boolean): Pass | undefined {
  return state.kind === 'open' ? undefined : { epoch: state.epoch, isFirst: state.isUntried, wasHeld };
}

/** The state after a call has to wait. */
export function held(state: GateState, now: number): GateState {
  return state.kind === 'open' ? OPEN : { ...state, heldAt: now };
}

/** The state after a call that passed so has ended without a 429. */
export function answered(before: GateState, { epoch, wasHeld }: Pass, isSuccess: boolean, now: number): GateState {
  const state = asOf(before, now);
  if (state.kind === 'open' || epoch !== state.epoch) return state;
  // Whoever tries has found out that the hint no longer holds, or nothing at all.
  const lease = undefined;
  if (!isSuccess) return { ...state, lease };
  const askedUntil = Math.min(state.askedUntil, now);
  return { ...state, lease, askedUntil, pace: wasHeld ? grown(state.pace, now) : state.pace };
}

/** The state after an answer with a 429. */
export function limited(before: GateState, refusal: Refusal, now: number): Limited {
  const state = asOf(before, now);
  const { successRate, minWaitMs } = refusal;
  if (state.kind === 'open') {
    const pace = firstPace(successRate, minWaitMs, now);
    const { until, askedUntil } = pauseOf(refusal, 1, pace, now);
    return {
      ...{ kind: 'limited', closedAt: now, until, askedUntil, lease: undefined, pace },
      ...{ nextAt: until, heldAt: now, refusals: 1, epoch: 1, isUntried: true },
    };
  }
  const { pass } = refusal;
  const isNews = pass?.epoch === state.epoch;
  // The first call after a pause says that the pause was too short; any other one that the pace is too fast.
  const refusals = isNews && pass.isFirst ? state.refusals + 1 : 1;
  const pace = isNews && !pass.isFirst ? cut(state.pace, now) : state.pace;
  const { until, askedUntil } = isNews || refusal.hintMs !== undefined ? pauseOf(refusal, refusals, pace, now) : state;
  return {
    ...state,
    closedAt: now >= state.until ? now : state.closedAt,
    until: Math.max(state.until, until),
    askedUntil: Math.max(state.askedUntil, askedUntil),
    nextAt: Math.max(state.nextAt, until),
    heldAt: now,
    ...(isNews && { lease: undefined, pace, refusals, epoch: state.epoch + 1, isUntried: true }),
  };
}

/** The pause after a 429: what the upstream asked for, else one interval of the pace, twice as long for each one in a row. */
function pauseOf({ hintMs, maxGateMs }: Refusal, refusals: number, { rate }: Pace, now: number) {
  const asked = hintMs ?? 2 ** Math.min(refusals - 1, MOST_DOUBLINGS) / rate;
  const isTooLong = hintMs !== undefined && hintMs > maxGateMs;
  return { until: now + Math.min(asked, maxGateMs), askedUntil: isTooLong ? now + hintMs : now };
}
