import type { Clock } from '../../core/clock.js';
import type { Random } from '../../core/random.js';
import type { FleetEvent } from '../../core/fleet-events.js';
import type { FleetRules } from '../rules.js';
import type { Line } from '../store/line.js';

/** What is said to all at once is spread over so many milliseconds. */
export const SPREAD_MS = 200;

/** What all members of a process share. */
export interface MemberContext {
  readonly line: Pick<Line, 'run' | 'read' | 'isDegraded'>;
  readonly rules: FleetRules;
  /** The process: random, new at each start. */
  readonly member: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: (event: FleetEvent) => void;
}

/** A turn comes up to a quarter sooner or later. */
const TURN_SPREAD = 0.25;

/** How long it is until a member's next turn. */
export function turnMs({ random, rules }: Pick<MemberContext, 'random' | 'rules'>): number {
  return rules.syncMs * (1 + TURN_SPREAD * (2 * random() - 1));
}

/** A random number of 64 bits, as text. */
export function randomId(random: Random): string {
  const part = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return part() + part();
}
