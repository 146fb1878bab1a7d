/** The states that a fleet's record has. A fleet is half-open when the record is open and its time is over. */
export type FleetState = 'closed' | 'open' | 'isolated';

/** What a fleet knows of one circuit. Times are the store's own, in milliseconds. */
export interface FleetRecord {
  /** Random, made with the record: messages of another record are not believed. */
  readonly id: string;
  /** Grows with every transition: the later of its successor and the store's time. */
  readonly epoch: number;
  readonly state: FleetState;
  /** When the wait ends. 0: closed, or isolated without an end. */
  readonly until: number;
  /** Times in a row that the fleet opened. */
  readonly trips: number;
  /** When it closed last. 0: never, or reset by hand. */
  readonly closedAt: number;
  /** Probes of this epoch that succeeded. */
  readonly successes: number;
  /** What caused the state: a word of the protocol, or the operator's own reason. */
  readonly why: string;
}

/** Everything that a store holds for one circuit. Plain data, so that it can be written as JSON. */
export interface SlotData {
  readonly record: FleetRecord | undefined;
  readonly votes: Readonly<Record<string, number>>;
  readonly members: Readonly<Record<string, number>>;
  readonly wells: Readonly<Record<string, number>>;
  readonly probes: Readonly<Record<string, number>>;
  readonly gate: number;
}

/** A set whose entries end: the same as a sorted set with the end as score. */
export type Ends = Map<string, number>;

/** The working form of {@link SlotData}, changed in its place. */
export interface Slot {
  record: FleetRecord | undefined;
  readonly votes: Ends;
  readonly members: Ends;
  readonly wells: Ends;
  /** Late probes too, until the epoch ends. */
  readonly probes: Ends;
  /** When the gate opens. 0: it is open. */
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

/** Drops the entries that have ended and counts the rest. */
export function countLeft(ends: Ends, now: number): number {
  for (const [entry, end] of ends) if (end <= now) ends.delete(entry);
  return ends.size;
}

/** Counts the entries that have not ended; changes nothing. */
export function countInTime(ends: Ends, now: number): number {
  let found = 0;
  for (const end of ends.values()) if (end > now) found += 1;
  return found;
}

/** When the first of those that have not ended ends. */
export function firstEnd(ends: Ends, now: number): number {
  let first = Number.POSITIVE_INFINITY;
  for (const end of ends.values()) if (end > now && end < first) first = end;
  return first;
}
