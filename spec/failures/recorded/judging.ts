import { type Failure, type FailureKind, classify, configure } from '#lib/index.js';
import { FakeClock } from '#lib/testing/index.js';
import { RECORDED_AT, type RecordedCell, type ThrownCell } from './cells.js';
import { replay } from './replay.js';

/** What the library says of a recorded error, at the moment of the fault server's clock. */
function classifyRecorded(cell: Pick<RecordedCell, 'thrown'>): Failure {
  const restore = configure({ clock: new FakeClock(RECORDED_AT) });
  try {
    return classify(replay(cell.thrown));
  } finally {
    restore();
  }
}

/**
 * The kind within a call. A decorator knows whether its caller's signal is aborted: then the call is cancelled, whatever
 * is thrown. If it is not, something else aborted the request, and that is a timeout.
 */
export function kindInCall(cell: ThrownCell, { kind }: Failure): FailureKind {
  if (cell.callerAborted) return 'cancelled';
  return kind === 'cancelled' ? 'timeout' : kind;
}

export interface Judged {
  readonly cell: ThrownCell;
  readonly failure: Failure;
}

export const judge = (cell: ThrownCell): Judged => ({ cell, failure: classifyRecorded(cell) });

/** What the caller aborts is decided by the caller's signal, not by the error. */
export const isDecidable = ({ cell }: Judged): boolean => cell.decidable !== false && !cell.callerAborted;

export const isRight = ({ cell, failure }: Judged): boolean => kindInCall(cell, failure) === cell.kind;

/** A hint may be read with the precision of its dialect. */
const HINT_TOLERANCE_MS = 1000;

export const hasHint = ({ cell }: Judged): boolean => cell.hint !== undefined;

export const isHintFound = ({ cell, failure }: Judged): boolean =>
  Math.abs((failure.retryAfterMs ?? Number.NEGATIVE_INFINITY) - (cell.hint ?? 0)) <= HINT_TOLERANCE_MS;

/** A line for each difference, for whoever looks for the rule that is missing. */
export function difference({ cell, failure }: Judged): string {
  const hint = cell.hint === undefined ? '' : `, hint ${String(failure.retryAfterMs)} of ${cell.hint}`;
  return `${cell.setup}: ${cell.fault}: ${kindInCall(cell, failure)} for ${cell.kind}${hint}`;
}
