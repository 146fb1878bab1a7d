import { readdirSync, readFileSync } from 'node:fs';
import type { FailureKind } from '#lib/index.js';

const FOLDER = 'spec/failures/recorded';

/** The moment that every date of the recordings is counted from: the fault server's clock. */
export const RECORDED_AT = Date.UTC(2026, 10, 28, 12, 0, 0);

/** What a client did under one fault. `npm run clients` records it. */
export interface RecordedCell {
  readonly fault: string;
  /** How many requests the server saw, those included that the client repeated by itself. */
  readonly requests?: number;
  /** The client threw nothing. */
  readonly resolved?: true;
  /** The client had not settled at the limit of a cell. */
  readonly hangs?: true;
  /** The structure of what it threw; `replay` builds it. */
  readonly thrown?: unknown;
  /** The right kind, decided by the fault. */
  readonly kind?: FailureKind;
  /** The right hint in milliseconds, if one reached the error. */
  readonly hint?: number;
  readonly callerAborted?: true;
  /** The fault is a certificate or a port without TLS. */
  readonly tls?: true;
  /** The error holds too little to tell its kind. */
  readonly decidable?: false;
  readonly reason?: string;
}

export interface RecordedSetup {
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly cells: readonly RecordedCell[];
}

export interface RecordedFamily {
  readonly family: string;
  readonly setups: readonly RecordedSetup[];
}

export function readRecorded(): RecordedFamily[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  return files.map((file) => JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as RecordedFamily);
}

/** A cell in which something was thrown. */
export interface ThrownCell extends RecordedCell {
  readonly setup: string;
  readonly thrown: unknown;
  readonly kind: FailureKind;
}

export function thrownIn(families: readonly RecordedFamily[]): ThrownCell[] {
  return families.flatMap(({ setups }) =>
    setups.flatMap(({ name, cells }) => cells.filter(isThrown).map((cell) => ({ ...cell, setup: name }))),
  );
}

function isThrown(cell: RecordedCell): cell is RecordedCell & Pick<ThrownCell, 'thrown' | 'kind'> {
  return cell.thrown !== undefined && cell.kind !== undefined;
}
