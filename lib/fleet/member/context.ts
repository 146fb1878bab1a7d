import type { Clock } from '../../core/clock.js';
import type { Random } from '../../core/random.js';
import type { FleetEvent } from '../../core/fleet-events.js';
import type { FleetRules } from '../rules.js';
import type { Line } from '../store/line.js';

/** Members that react to the same message spread their operations over this time, in milliseconds. */
export const SPREAD_MS = 200;

/** What all members of this process share. */
export interface MemberContext {
  readonly line: Pick<Line, 'run' | 'read' | 'isDegraded'>;
  readonly rules: FleetRules;
  /** The id of this process: random, and new at each start. */
  readonly member: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: (event: FleetEvent) => void;
}

/** The jitter of turns: each comes up to a quarter earlier or later. */
const TURN_SPREAD = 0.25;

/** Milliseconds until a member's next turn. */
export function turnMs({ random, rules }: Pick<MemberContext, 'random' | 'rules'>): number {
  return rules.syncMs * (1 + TURN_SPREAD * (2 * random() - 1));
}

/** A random number of 64 bits, in hexadecimal digits. */
export function randomId(random: Random): string {
  const part = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return part() + part();
}
