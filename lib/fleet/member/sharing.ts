/** How many members divide a limit, as far as this member knows. */
export interface Sharing {
  /** The number of members, including this one. */
  readonly members: number;
  /** The id of the store's record with this count; empty before the first count. */
  readonly record: string;
  /** The time from which on the record has counted all present members. */
  readonly completeAt: number;
}

export const ALONE: Sharing = Object.freeze({ members: 1, record: '', completeAt: Number.NEGATIVE_INFINITY });

/**
 * Takes a new count. A higher count is valid at once. A lower count is ignored while the record is new: a flushed store
 * counts one member after another, and each of them would take too much of the limit.
 * @param presenceMs the longest time until all present members have been counted again
 */
export function counted(sharing: Sharing, record: string, members: number, now: number, presenceMs: number): Sharing {
  const isNew = record !== sharing.record;
  const isFirst = sharing.record === '';
  const completeAt = isNew && !isFirst ? now + presenceMs : sharing.completeAt;
  return { members: Math.max(1, members, now < completeAt ? sharing.members : 1), record, completeAt };
}
