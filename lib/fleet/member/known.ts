import type { StateTold } from '../protocol/message.js';
import type { ToldRecord } from '../protocol/reply.js';
import type { FleetState } from '../protocol/slot.js';

/** The record as a member knows it: in the member's own time, and apart from what its own circuit does. */
export interface Known {
  readonly id: string;
  readonly epoch: number;
  readonly state: FleetState;
  /** Infinity: isolated without an end. */
  readonly until: number;
  readonly trips: number;
  /** Undefined: it never closed, or was reset. */
  readonly closedAt: number | undefined;
  readonly why: string;
}

/** Before anything was heard. */
export function nothingKnown(id: string): Known {
  return { id, epoch: 0, state: 'closed', until: 0, trips: 0, closedAt: undefined, why: '' };
}

/** What was told, counted from its receipt. */
export function known(told: ToldRecord, now: number): Known {
  const { id, epoch, state, openInMs, trips, sinceClosedMs, why } = told;
  return {
    id,
    epoch,
    state,
    until: openInMs < 0 ? Number.POSITIVE_INFINITY : now + openInMs,
    trips,
    closedAt: sinceClosedMs < 0 ? undefined : now - sinceClosedMs,
    why,
  };
}

/** A message as a record. The operator's reason is not in it: the next reply has it. */
export function recordToldBy({ id, epoch, state, openInMs, trips, sinceClosedMs, cause }: StateTold): ToldRecord {
  return { id, epoch, state, openInMs, trips, sinceClosedMs, why: state === 'isolated' ? '' : cause };
}

/** The record as `sync` takes it. */
export function telling({ epoch, state, until, trips, closedAt, why }: Known, now: number): string[] {
  const openInMs = state === 'closed' ? 0 : until === Number.POSITIVE_INFINITY ? -1 : Math.max(0, until - now);
  const sinceClosedMs = closedAt === undefined ? -1 : Math.max(0, now - closedAt);
  return [String(epoch), state, String(Math.round(openInMs)), String(trips), String(Math.round(sinceClosedMs)), why];
}
