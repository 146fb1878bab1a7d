// The decisions of a member, as pure functions.
import type { CircuitView } from '../circuit-port.js';
import type { FleetMode } from '../rules.js';
import type { Known } from './known.js';

/**
 * What a circuit does while the fleet's record is open. `apart`: it uses only its own rules. `following`: it is open
 * with the fleet. `alert`: it stays closed, because its own calls succeed. `own`: it is open for one recovery of its
 * own.
 */
export type Stance = 'apart' | 'following' | 'alert' | 'own';

/** True if a member's own calls show that the upstream answers. */
export function hasEvidence({ state, lastSuccessAt }: CircuitView, now: number, trustMs: number): boolean {
  return state === 'closed' && lastSuccessAt !== undefined && now - lastSuccessAt < trustMs;
}

/** The stance of a member after the fleet has opened. */
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

/** True if a member votes with another one: it is closed, is half-way to its own trip, and has no vote of its own. */
export function seconds(
  { state, isHalfWay }: CircuitView,
  record: Known,
  motionUntil: number,
  voteUntil: number,
  now: number,
): boolean {
  return record.state === 'closed' && state === 'closed' && isHalfWay && now < motionUntil && now >= voteUntil;
}

/** True if the circuit closes with the fleet. If the fleet withdraws its opening, an own opening remains. */
export function closesWith(cause: string, hasTripped: boolean): boolean {
  return cause !== 'dissolved' || !hasTripped;
}

/** The jitter of the fleet's wait: each member waits up to a tenth longer. */
const SPREAD = 0.1;

export function ownUntil(until: number, now: number, random: number): number {
  return until <= now ? until : until + (until - now) * SPREAD * random;
}
