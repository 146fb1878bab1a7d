import { type Failure, type FailureKind, classify, configure } from '#lib/index.js';
import { FakeClock } from '#lib/testing/index.js';
import { RECORDED_AT, type RecordedCell, type ThrownCell } from './cells.js';
import { replay } from './replay.js';

/** What the library says of a recorded error, at the moment of the fault server's clock. */
export function classifyRecorded(cell: Pick<RecordedCell, 'thrown'>): Failure {
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

/** A line for each difference, for whoever looks for the rule that is missing. */
export function difference(cell: ThrownCell, failure: Failure): string {
  const hint = cell.hint === undefined ? '' : `, hint ${String(failure.retryAfterMs)} of ${cell.hint}`;
  return `${cell.setup}: ${cell.fault}: ${kindInCall(cell, failure)} for ${cell.kind}${hint}`;
}
