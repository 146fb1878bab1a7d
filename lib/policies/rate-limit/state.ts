// The rules of the gate, pure: state, event and time go in, the next state comes out.
import type { Random } from '../../core/random.js';

/** How far past the moment that the upstream asked for a caller may come, so that callers do not return together. */
const RELEASE_SPREAD = 0.2;

/** However long the upstream asks for: a mistake of its clock must not close a gate for ever. */
const LONGEST_MS = 24 * 3600 * 1000;

export interface Open {
  readonly kind: 'open';
}

export interface Closed {
  readonly kind: 'closed';
  readonly closedAt: number;
  readonly until: number;
}

export type GateState = Open | Closed;

export const OPEN: Open = Object.freeze({ kind: 'open' });

/** The state as time alone has changed it. */
export function asOf(state: GateState, now: number): GateState {
  if (state.kind === 'open' || now >= state.until) return OPEN;
  // A clock that was set back must not hold the gate closed for longer than was meant.
  return now >= state.closedAt ? state : closedFor(state.until - state.closedAt, now);
}

/**
 * The state after the upstream has asked to be left alone for `ms`. Of two wishes the one that lasts longer holds, and the
 * release is spread by the whole time that the gate was closed: a short wish at the end must not bring all back at once.
 */
export function limited(before: GateState, askedMs: number, now: number): Closed {
  const state = asOf(before, now);
  const ms = Math.min(askedMs, LONGEST_MS);
  if (state.kind === 'open') return closedFor(ms, now);
  return state.until >= now + ms ? state : { ...state, until: now + ms };
}

/** How many milliseconds after its opening a caller passes the gate. */
export function shareMs({ closedAt, until }: Closed, random: Random): number {
  return (until - closedAt) * RELEASE_SPREAD * random();
}

function closedFor(ms: number, now: number): Closed {
  return { kind: 'closed', closedAt: now, until: now + ms };
}
