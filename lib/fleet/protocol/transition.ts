import { type FleetRecord, type FleetState, NO_RECORD, type Slot } from './slot.js';

/** The input of one operation, and the messages that it publishes. */
export interface Step {
  /** The circuit's escaped name. */
  readonly name: string;
  /** The record's id as the member knows it, or the id for a new record. */
  readonly id: string;
  readonly args: readonly string[];
  readonly now: number;
  readonly messages: string[];
}

/** The cause of a transition. */
export type FleetCause = 'quorum' | 'probe' | 'dissolved' | 'isolated' | 'reset' | 'restored';

export function num(value: number): string {
  return value.toFixed(0);
}

export function recordOf(slot: Slot): FleetRecord {
  return slot.record ?? NO_RECORD;
}

/** Milliseconds until the wait ends; -1 for an isolation without an end. */
function openIn({ state, until }: FleetRecord, now: number): number {
  return state === 'isolated' && until === 0 ? -1 : Math.max(0, until - now);
}

function sinceClosed({ closedAt }: FleetRecord, now: number): number {
  return closedAt > 0 ? Math.max(0, now - closedAt) : -1;
}

/** The record as the first part of every reply. All times are relative to `now`. */
export function replyOf(record: FleetRecord, now: number): string[] {
  const { epoch, state, trips, id, why } = record;
  return [num(epoch), state, num(openIn(record, now)), num(trips), num(sinceClosed(record, now)), id, why, num(now)];
}

export function stateMessage(
  { name, now }: Step,
  record: FleetRecord,
  cause: FleetCause,
  votes: number,
  members: number,
): string {
  const { id, epoch, state, trips } = record;
  const times = `${num(openIn(record, now))} ${num(trips)} ${num(sinceClosed(record, now))}`;
  return `${name} ${id} state ${num(epoch)} ${state} ${times} ${cause} ${num(votes)} ${num(members)}`;
}

/** Begins a new epoch and publishes it. */
export function become(
  slot: Slot,
  step: Step,
  changed: Pick<FleetRecord, 'state' | 'until' | 'trips' | 'closedAt' | 'why'>,
  cause: FleetCause,
  votes = 0,
  members = 0,
): void {
  const { id, epoch } = recordOf(slot);
  const record = { ...changed, id: id || step.id, epoch: Math.max(epoch + 1, step.now), successes: 0 };
  slot.record = record;
  for (const ends of [slot.votes, slot.wells, slot.probes]) ends.clear();
  step.messages.push(stateMessage(step, record, cause, votes, members));
}

/** Ends an isolation whose time is over. */
export function expire(slot: Slot, step: Step): void {
  const { state, until } = recordOf(slot);
  if (state !== 'isolated' || until === 0 || step.now < until) return;
  become(slot, step, { state: 'closed', until: 0, trips: 0, closedAt: 0, why: 'reset' }, 'reset');
}

/**
 * How long the fleet waits after `trips` openings in a row. It multiplies step by step, so that TypeScript and Lua get
 * the same number.
 */
export function recovery(trips: number, baseMs: number, growth: number, mostMs: number): number {
  let wait = baseMs;
  for (let trip = 2; trip <= trips && wait < mostMs; trip += 1) wait *= growth;
  return Math.floor(Math.min(wait, mostMs));
}

/** Restores a record from what a member knows, in the store's time. */
export function restored(
  id: string,
  epoch: number,
  state: FleetState,
  [openInMs = '0', trips = '0', sinceClosedMs = '-1', why = '']: readonly string[],
  now: number,
): FleetRecord {
  const wait = Number(openInMs);
  const since = Number(sinceClosedMs);
  return {
    id,
    epoch,
    state,
    until: state === 'closed' || wait < 0 ? 0 : now + wait,
    trips: Number(trips),
    closedAt: since < 0 ? 0 : now - since,
    successes: 0,
    why,
  };
}
