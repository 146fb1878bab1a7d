// The decisions of a member, pure.
import type { CircuitView } from '../circuit-port.js';
import type { FleetMode } from '../rules.js';
import type { Known } from './known.js';

/**
 * What a member does while the fleet's record is open. `apart`: its own circuit goes by its own rules. `following`: it is
 * open with the fleet. `alert`: it stays closed, because its own calls succeed. `own`: open for one recovery of its own.
 */
export type Stance = 'apart' | 'following' | 'alert' | 'own';

/** Whether a member's own calls say that the upstream answers. */
export function hasEvidence({ state, lastSuccessAt }: CircuitView, now: number, trustMs: number): boolean {
  return state === 'closed' && lastSuccessAt !== undefined && now - lastSuccessAt < trustMs;
}

/** What a member does when the fleet opens. */
export function stanceAtOpening(
  view: CircuitView,
  stance: Stance,
  mode: FleetMode,
  now: number,
  trustMs: number,
): Stance {
  if (hasEvidence(view, now, trustMs)) return 'alert';
  if (mode !== 'on') return 'apart';
  return stance === 'own' ? 'own' : 'following';
}

/** Whether a member seconds a motion: half-way to its own trip, closed, and without a vote of its own. */
export function seconds(
  { state, isHalfWay }: CircuitView,
  record: Known,
  motionUntil: number,
  voteUntil: number,
  now: number,
): boolean {
  return record.state === 'closed' && state === 'closed' && isHalfWay && now < motionUntil && now >= voteUntil;
}

/** Whether its circuit closes when the fleet does. A mistake of the fleet's does not end what its own rules opened. */
export function closesWith(cause: string, hasTripped: boolean): boolean {
  return cause !== 'dissolved' || !hasTripped;
}

/** Past the fleet's wait, each member waits for up to a tenth longer. */
const SPREAD = 0.1;

export function ownUntil(until: number, now: number, random: number): number {
  return until <= now ? until : until + (until - now) * SPREAD * random;
}
