/** Among how many a limit is divided, as one member knows it. */
export interface Sharing {
  /** This one counted. */
  readonly members: number;
  /** The store's record that they were counted in; empty before the first count. */
  readonly record: string;
  /** From when on everybody who is present has been counted in it. */
  readonly completeAt: number;
}

export const ALONE: Sharing = Object.freeze({ members: 1, record: '', completeAt: Number.NEGATIVE_INFINITY });

/**
 * Learns a count. More members are believed at once. Fewer are not while the record is new: a store that was flushed counts
 * one member after another, and each of them would take the whole limit.
 * @param presenceMs how long it takes at most until everybody who is present has been counted again
 */
export function counted(sharing: Sharing, record: string, members: number, now: number, presenceMs: number): Sharing {
  const isNew = record !== sharing.record;
  const isFirst = sharing.record === '';
  const completeAt = isNew && !isFirst ? now + presenceMs : sharing.completeAt;
  return { members: Math.max(1, members, now < completeAt ? sharing.members : 1), record, completeAt };
}
