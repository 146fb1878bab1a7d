import type { StateTold } from '../protocol/message.js';
import type { ToldRecord } from '../protocol/reply.js';
import type { FleetState } from '../protocol/slot.js';

/** The fleet's record as a member knows it, in the member's own time. The member's own circuit may differ from it. */
export interface Known {
  readonly id: string;
  readonly epoch: number;
  readonly state: FleetState;
  /** When the wait ends. Infinity: isolated without an end. */
  readonly until: number;
  readonly trips: number;
  /** Undefined if it has never closed or was reset by hand. */
  readonly closedAt: number | undefined;
  readonly why: string;
}

/** The record before the first answer of the store. */
export function nothingKnown(id: string): Known {
  return { id, epoch: 0, state: 'closed', until: 0, trips: 0, closedAt: undefined, why: '' };
}

/** Converts a received record to the member's own time. */
export function known(told: ToldRecord, now: number): Known {
  const { id, epoch, state, openInMs, trips, sinceClosedMs, why } = told;
  return {
    id,
    epoch,
    state,
    until: openInMs < 0 ? Infinity : now + openInMs,
    trips,
    closedAt: sinceClosedMs < 0 ? undefined : now - sinceClosedMs,
    why,
  };
}

/** Converts a message to a record. The message does not contain the operator's reason: the next reply does. */
export function recordToldBy({ id, epoch, state, openInMs, trips, sinceClosedMs, cause }: StateTold): ToldRecord {
  return { id, epoch, state, openInMs, trips, sinceClosedMs, why: state === 'isolated' ? '' : cause };
}

/** The record as arguments for `sync`. */
export function telling({ epoch, state, until, trips, closedAt, why }: Known, now: number): string[] {
  const openInMs = state === 'closed' ? 0 : until === Infinity ? -1 : Math.max(0, until - now);
  const sinceClosedMs = closedAt === undefined ? -1 : Math.max(0, now - closedAt);
  return [String(epoch), state, String(Math.round(openInMs)), String(trips), String(Math.round(sinceClosedMs)), why];
}
