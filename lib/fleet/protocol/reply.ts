import type { FleetState } from './slot.js';

/** The record as a reply tells it: times are counted from its receipt. */
export interface ToldRecord {
  readonly id: string;
  readonly epoch: number;
  readonly state: FleetState;
  /** -1: isolated without an end. */
  readonly openInMs: number;
  readonly trips: number;
  /** -1: it never closed, or was reset. */
  readonly sinceClosedMs: number;
  readonly why: string;
}

export interface Reply {
  readonly record: ToldRecord;
  /** The store's time. */
  readonly serverNow: number;
  /** What the operation did: `late`, `voted`, `granted`, … */
  readonly outcome: string;
  /** What the outcome adds. */
  readonly numbers: readonly number[];
}

const RECORD_PARTS = 8;

/** A store that answers something else than the protocol says. Its answer appears nowhere. */
class NonsenseError extends Error {
  override readonly name = 'NonsenseError';

  constructor() {
    super('The store answered something that is not a reply of this protocol.');
  }
}

/** @throws {NonsenseError} for anything else */
export function readReply(answer: unknown): Reply {
  const parts = readTexts(answer);
  const [epoch, state, openInMs, trips, sinceClosedMs, id = '', why = '', serverNow, outcome = ''] = parts;
  const numbers = [epoch, openInMs, trips, sinceClosedMs, serverNow, ...parts.slice(RECORD_PARTS + 1)].map(Number);
  const isState = state === 'closed' || state === 'open' || state === 'isolated';
  if (parts.length <= RECORD_PARTS || !isState || !numbers.every(Number.isSafeInteger)) throw new NonsenseError();
  const [readEpoch = 0, readOpenIn = 0, readTrips = 0, readSince = 0, now = 0, ...rest] = numbers;
  return {
    record: { id, epoch: readEpoch, state, openInMs: readOpenIn, trips: readTrips, sinceClosedMs: readSince, why },
    serverNow: now,
    outcome,
    numbers: rest,
  };
}

/** Texts as each client gives them: strings, numbers or buffers. */
export function readTexts(answer: unknown): string[] {
  if (!Array.isArray(answer)) throw new NonsenseError();
  return answer.map((part: unknown) => {
    if (typeof part === 'string') return part;
    if (typeof part === 'number' || Buffer.isBuffer(part)) return String(part);
    throw new NonsenseError();
  });
}
