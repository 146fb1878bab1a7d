import type { FaultDetails } from './faults/fault.js';

/**
 * How a request ended. `pending`: it has not ended; `answered`: the whole answer was sent; `broken`: the server ended
 * the connection first, because of a fault, `refuse()` or `close()`; `aborted`: the client closed its socket first.
 */
export type RequestOutcome = 'pending' | 'answered' | 'broken' | 'aborted';

/** A request and its outcome. `fault`, `outcome` and `endedAt` are set later. */
export interface RecordedRequest {
  /** Its number in the order of arrival since the start or the last `reset()`, from 0. */
  readonly index: number;
  /** The HTTP method in capitals. */
  readonly method: string;
  /** The path without the query, such as `/v1/chat/completions`. */
  readonly path: string;
  /** The headers by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON; the raw text if it is not JSON; `undefined` if there is none. */
  readonly body: unknown;
  /** When the whole request had arrived, in milliseconds since the epoch. */
  readonly receivedAt: number;
  /** The `x-request-id` of the answer: `req_` and 32 hexadecimal digits. */
  readonly requestId: string;
  /** Its fault, always in the long form; `{ type: 'ok' }` until it is decided. */
  readonly fault: FaultDetails;
  /** How it ended. */
  readonly outcome: RequestOutcome;
  /** When it ended, in milliseconds since the epoch. If `aborted`: when the server noticed that the client left. */
  readonly endedAt: number | undefined;
}
