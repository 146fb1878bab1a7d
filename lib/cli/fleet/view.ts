import type { FleetCircuit } from '../../fleet/handle.js';
import { paint } from '../terminal/paint.js';
import { table } from '../terminal/table.js';

const COLUMNS = [
  { head: 'circuit' },
  { head: 'state' },
  { head: 'probes in', align: 'right' },
  { head: 'trips', align: 'right' },
  { head: 'members', align: 'right' },
  { head: 'votes', align: 'right' },
  { head: 'why' },
] as const;

const COLORS = { closed: 'green', 'half-open': 'yellow', open: 'red', isolated: 'red' } as const;

/** The circuits of a fleet, as a table. */
export function statusTable(circuits: readonly FleetCircuit[]): string {
  if (circuits.length === 0) return 'The fleet has no circuits: no process has joined it within the last seven days.';
  return table(
    COLUMNS,
    circuits.map(({ name, state, openInMs, trips, present, votes, why }) => [
      printable(name),
      paint(COLORS[state], state),
      waitOf(state, openInMs),
      String(trips),
      String(present),
      String(votes),
      printable(why),
    ]),
  );
}

function waitOf(state: FleetCircuit['state'], openInMs: number | null): string {
  if (openInMs === null) return 'never';
  return state === 'open' || state === 'isolated' ? `${Math.ceil(openInMs / 1000)} s` : '';
}

/** Replaces control characters: names and reasons come from the store and must not move the cursor. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '�');
}
