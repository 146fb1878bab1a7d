import type { FleetState } from './slot.js';

/** The record in a reply. Its times are relative to the receipt. */
export interface ToldRecord {
  readonly id: string;
  readonly epoch: number;
  readonly state: FleetState;
  /** Milliseconds until the wait ends. -1: isolated without an end. */
  readonly openInMs: number;
  readonly trips: number;
  /** Milliseconds since it last closed. -1: it has never closed or was reset by hand. */
  readonly sinceClosedMs: number;
  readonly why: string;
}

export interface Reply {
  readonly record: ToldRecord;
  /** The store's time. */
  readonly serverNow: number;
  /** The outcome of the operation: `late`, `voted`, `granted`, … */
  readonly outcome: string;
  /** Further numbers of the outcome. */
  readonly numbers: readonly number[];
}

const RECORD_PARTS = 8;

/** The store's answer does not follow the protocol. The error does not contain the answer. */
class InvalidReplyError extends Error {
  override readonly name = 'InvalidReplyError';

  constructor() {
    super('The store answered with something that is not a reply of this protocol.');
  }
}

/** @throws {InvalidReplyError} for anything that is not a reply */
export function readReply(answer: unknown): Reply {
  const parts = readTexts(answer);
  const [epoch, state, openInMs, trips, sinceClosedMs, id = '', why = '', serverNow, outcome = ''] = parts;
  const numbers = [epoch, openInMs, trips, sinceClosedMs, serverNow, ...parts.slice(RECORD_PARTS + 1)].map(Number);
  const isState = state === 'closed' || state === 'open' || state === 'isolated';
  if (parts.length <= RECORD_PARTS || !isState || !numbers.every(Number.isSafeInteger)) throw new InvalidReplyError();
  const [readEpoch = 0, readOpenIn = 0, readTrips = 0, readSince = 0, now = 0, ...rest] = numbers;
  return {
    record: { id, epoch: readEpoch, state, openInMs: readOpenIn, trips: readTrips, sinceClosedMs: readSince, why },
    serverNow: now,
    outcome,
    numbers: rest,
  };
}

/** Converts a client's answer to texts. Clients return strings, numbers or buffers. */
export function readTexts(answer: unknown): string[] {
  if (!Array.isArray(answer)) throw new InvalidReplyError();
  return answer.map((part: unknown) => {
    if (typeof part === 'string') return part;
    if (typeof part === 'number' || Buffer.isBuffer(part)) return String(part);
    throw new InvalidReplyError();
  });
}
