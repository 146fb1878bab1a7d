/** The states of a fleet's record. A fleet is half-open if its record is open and the wait is over. */
export type FleetState = 'closed' | 'open' | 'isolated';

/** The fleet's record of one circuit. All times are the store's own, in milliseconds. */
export interface FleetRecord {
  /** A random id, made with the record. Members do not trust messages about a record with another id. */
  readonly id: string;
  /** Grows with every transition, to the store's time or by 1, whichever is more. */
  readonly epoch: number;
  readonly state: FleetState;
  /** When the wait ends. 0 if closed, or if isolated without an end. */
  readonly until: number;
  /** How many times in a row the fleet has opened. */
  readonly trips: number;
  /** When it last closed. 0 if it has never closed or was reset by hand. */
  readonly closedAt: number;
  /** The number of successful probes in this epoch. */
  readonly successes: number;
  /** The cause of the state: a word of the protocol, or the operator's reason. */
  readonly why: string;
}

/** All data of one circuit in a store. It is plain data and can be written as JSON. */
export interface SlotData {
  readonly record: FleetRecord | undefined;
  readonly votes: Readonly<Record<string, number>>;
  readonly members: Readonly<Record<string, number>>;
  readonly wells: Readonly<Record<string, number>>;
  readonly probes: Readonly<Record<string, number>>;
  readonly gate: number;
}

/** A set whose entries expire. It corresponds to a sorted set with the end as score. */
export type Ends = Map<string, number>;

/** The mutable form of {@link SlotData}. */
export interface Slot {
  record: FleetRecord | undefined;
  readonly votes: Ends;
  readonly members: Ends;
  readonly wells: Ends;
  /** Contains late probes too, until the epoch ends. */
  readonly probes: Ends;
  /** When the gate opens. 0 if it is open. */
  gate: number;
}

export const NO_RECORD: FleetRecord = Object.freeze({
  id: '',
  epoch: 0,
  state: 'closed',
  until: 0,
  trips: 0,
  closedAt: 0,
  successes: 0,
  why: '',
});

export function emptySlot(): Slot {
  return { record: undefined, votes: new Map(), members: new Map(), wells: new Map(), probes: new Map(), gate: 0 };
}

export function slotOf({ record, votes, members, wells, probes, gate }: SlotData): Slot {
  const ends = (entries: Readonly<Record<string, number>>): Ends => new Map(Object.entries(entries));
  return { record, votes: ends(votes), members: ends(members), wells: ends(wells), probes: ends(probes), gate };
}

export function dataOf({ record, votes, members, wells, probes, gate }: Slot): SlotData {
  const plain = (ends: Ends): Record<string, number> => Object.fromEntries(ends);
  return { record, votes: plain(votes), members: plain(members), wells: plain(wells), probes: plain(probes), gate };
}

/** Removes the expired entries and counts the others. */
export function countLeft(ends: Ends, now: number): number {
  for (const [entry, end] of ends) if (end <= now) ends.delete(entry);
  return ends.size;
}

/** Counts the entries that have not expired, without changing the set. */
export function countInTime(ends: Ends, now: number): number {
  let found = 0;
  for (const end of ends.values()) if (end > now) found += 1;
  return found;
}

/** When the next entry expires; Infinity if there is none. */
export function firstEnd(ends: Ends, now: number): number {
  let first = Infinity;
  for (const end of ends.values()) if (end > now && end < first) first = end;
  return first;
}
