// The shares of a call's failure that its failed attempts have counted already.
import type { Call } from '../../call/call.js';
import { sharedCallOf } from '../../call/shared.js';
import type { Site } from '../../call/site.js';
import type { Circuit } from './circuit.js';
import type { Shares } from './row.js';

/** Notes that one more of `of` attempts has failed. */
export function noteAttempt(call: Call, circuit: Circuit, of: number): void {
  call.counted = { count: (inRow(call, circuit)?.count ?? 0) + 1, of, row: circuit.row };
}

/** What is counted of a call that has failed. A call that several callers share counts once. */
export function countedOf(call: Call, error: unknown, circuit: Circuit, site: Site): Shares | undefined {
  const shared = sharedCallOf(error);
  if (shared?.site !== site) return inRow(call, circuit);
  const before = inRow(shared, circuit);
  shared.counted = { count: 1, of: 1, row: circuit.row };
  return before;
}

/** Undefined if the row has been emptied since: the call is a whole failure of the new row. */
function inRow({ counted }: Call, circuit: Circuit): Shares | undefined {
  return counted?.row === circuit.row ? counted : undefined;
}
