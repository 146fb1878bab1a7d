import type { FaultDetails } from './faults/fault.js';

/**
 * How a request ended: `pending` not yet; `answered` the whole answer was sent, whatever it said; `broken` the server
 * ended the connection first, because a fault, `refuse()` or `close()` asked for it; `aborted` the client closed its
 * socket first.
 */
export type RequestOutcome = 'pending' | 'answered' | 'broken' | 'aborted';

/** A request as it arrived, and what became of it. `fault`, `outcome` and `endedAt` are filled in as it goes on. */
export interface RecordedRequest {
  /** Its place in the order of arrival since the start or the last `reset()`, from 0. */
  readonly index: number;
  /** The HTTP method in capitals. */
  readonly method: string;
  /** The path without the query, such as `/v1/chat/completions`. */
  readonly path: string;
  /** The headers by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON; the raw text when it is not JSON; `undefined` when there is none. */
  readonly body: unknown;
  /** When the whole request had arrived, in milliseconds since the epoch. */
  readonly receivedAt: number;
  /** The `x-request-id` that the answer carries: `req_` and 32 hexadecimal digits. */
  readonly requestId: string;
  /** What happens to it, always in the long form; `{ type: 'ok' }` until it is decided. */
  readonly fault: FaultDetails;
  /** How it ended. */
  readonly outcome: RequestOutcome;
  /** When it ended, in milliseconds since the epoch; of an `aborted` one, when the server saw the client leave. */
  readonly endedAt: number | undefined;
}
