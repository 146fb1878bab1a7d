// The states that admit every call.
import { type Ramp, rampFrom } from './ramp.js';
import { plus, type Row, rowOf } from './row.js';
import { type CircuitState, CLOSED, type Closed, type ForcedClosed } from './states.js';

/** A closed circuit with these failures. One literal for each set of fields, as in `row.ts`. */
export function closed({ failures, shares, calls }: Row, ramp?: Ramp): Closed {
  const kind = 'closed';
  if (ramp) return { kind, ...rowOf({ failures, shares, calls }), ramp };
  if (shares) return calls === undefined ? { kind, failures, shares } : { kind, failures, shares, calls };
  if (failures === 0) return CLOSED;
  return calls === undefined ? { kind, failures } : { kind, failures, calls };
}

/** A state that admits every call and counts failures. */
export function forcedClosed(reason: string | undefined, row: Row = CLOSED): ForcedClosed {
  return { kind: 'forced-closed', ...rowOf(row), reason };
}

/** The state after `reset()`: closed, with a ramp if calls were rejected until now. */
export function resetFrom(before: CircuitState, now: number, rampUpMs: number): Closed {
  const wasRejecting = before.kind !== 'closed' && before.kind !== 'forced-closed';
  return closed(CLOSED, wasRejecting ? rampFrom(now, rampUpMs) : undefined);
}

/** The state after the first failed attempt in a row. Kept, because most failed attempts are the first. */
export function afterFirst(of: number): Closed {
  return (FIRST[of] ??= closed(plus(CLOSED, { count: 1, of })));
}

const FIRST: Closed[] = [];
