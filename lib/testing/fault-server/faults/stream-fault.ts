import type { Ending } from './connection-fault.js';
import type { Timed } from './timed.js';

/**
 * What the faults of a stream share. They need a request with `stream: true`; any other is answered with a 400 that
 * says so.
 */
export interface InStream extends Timed {
  /**
   * Whole chunks sent before the fault, counted as the SDK yields them: the first carries the role, each further one
   * a word. The chunk with the `finish_reason` is never among them, however large the number.
   */
  readonly afterChunks?: number;
}

/** The connection ends between two chunks. `afterChunks` defaults to 2. */
export interface StreamCut extends InStream {
  readonly type: 'stream-cut';
  /** How the connection ends. @default 'reset' */
  readonly by?: Ending;
  /**
   * How the stream's end was announced. With `close` the end of the connection is the end of the stream, so that the
   * client cannot tell this from an answer that ended in good order. @default 'chunked'
   */
  readonly framing?: 'chunked' | 'close';
  /**
   * Whether the headers promise to keep the connection. Where they do not, Node's `fetch` takes the early end of a
   * chunked stream for a good one. With `framing: 'close'` it is always false. @default true
   */
  readonly keepAlive?: boolean;
}

/** An error event stands in the stream, which then ends in good order. `afterChunks` defaults to 2. */
export interface StreamError extends InStream {
  readonly type: 'stream-error';
  /** The event's data: `{"error": {…}}`, or the error's fields themselves. @default 'nested' */
  readonly shape?: 'nested' | 'flat';
  /** The error's message. @default a sentence like OpenAI's */
  readonly message?: string;
  /** The error's `code`, such as `rate_limit_exceeded`. @default 'server_error' */
  readonly code?: string | number | null;
  /** The error's `type`. @default 'server_error' */
  readonly errorType?: string;
}

/** The chunks stop coming and the connection stays until the client leaves. `afterChunks` defaults to 2. */
export interface StreamStall extends InStream {
  readonly type: 'stream-stall';
}

/** As `stream-stall`, but with SSE comments, which no reader of the stream sees. `afterChunks` defaults to 0. */
export interface StreamComments extends InStream {
  readonly type: 'stream-comments';
  /** Milliseconds between two comments. @default 50 */
  readonly everyMs?: number;
}

/** The stream ends in good order but without a `finish_reason`. `afterChunks` defaults to all words. */
export interface StreamUnfinished extends InStream {
  readonly type: 'stream-unfinished';
  /** Whether `data: [DONE]` is sent all the same. @default false */
  readonly done?: boolean;
}

/**
 * A response of the Responses API that fails: the stream's last event is `response.failed`, or the response that comes
 * whole has the status `failed`. Needs a request for a response.
 */
export interface ResponseFailed extends Timed {
  readonly type: 'response-failed';
  /** Whole events sent before it in a stream: the first two say that the response was created. @default 2 */
  readonly afterChunks?: number;
  /** The error's `code`. @default 'server_error' */
  readonly code?: string | null;
  /** The error's message. @default a sentence like OpenAI's */
  readonly message?: string;
}

/** No fault but slowness: the whole stream, with a pause before each event. */
export interface StreamDrip extends Timed {
  readonly type: 'stream-drip';
  /** Milliseconds before each event. @default 50 */
  readonly everyMs?: number;
}
