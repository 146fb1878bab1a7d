import type { Ending } from './connection-fault.js';
import type { Timed } from './timed.js';

/**
 * The common fields of stream faults. These faults need a request with `stream: true`; the server answers any other
 * with a 400 that says so.
 */
export interface InStream extends Timed {
  /**
   * How many complete chunks are sent before the fault, counted as the SDK yields them: the first holds the role, each
   * further one a word. The chunk with the `finish_reason` is never sent before the fault.
   */
  readonly afterChunks?: number;
}

/** The connection ends between two chunks. `afterChunks` defaults to 2. */
export interface StreamCut extends InStream {
  readonly type: 'stream-cut';
  /** How the connection ends. @default 'reset' */
  readonly by?: Ending;
  /**
   * How the end of the stream is announced. With `close`, the end of the connection is the end of the stream, so the
   * client cannot notice the fault. @default 'chunked'
   */
  readonly framing?: 'chunked' | 'close';
  /**
   * Whether the headers announce to keep the connection. If not, Node's `fetch` accepts the early end of a chunked
   * stream. With `framing: 'close'` it is always false. @default true
   */
  readonly keepAlive?: boolean;
}

/** The stream contains an error event and then ends normally. `afterChunks` defaults to 2. */
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

/** The chunks stop, and the connection stays open until the client leaves. `afterChunks` defaults to 2. */
export interface StreamStall extends InStream {
  readonly type: 'stream-stall';
}

/** Like `stream-stall`, but with SSE comments, which readers of the stream do not see. `afterChunks` defaults to 0. */
export interface StreamComments extends InStream {
  readonly type: 'stream-comments';
  /** Milliseconds between two comments. @default 50 */
  readonly everyMs?: number;
}

/** The stream ends normally, but without a `finish_reason`. `afterChunks` defaults to all words. */
export interface StreamUnfinished extends InStream {
  readonly type: 'stream-unfinished';
  /** Whether `data: [DONE]` is sent at the end. @default false */
  readonly done?: boolean;
}

/**
 * A failed response of the Responses API: the last event of the stream is `response.failed`, or, without a stream, the
 * response has the status `failed`. Needs a request to the Responses API.
 */
export interface ResponseFailed extends Timed {
  readonly type: 'response-failed';
  /** How many events are sent before it in a stream. The first two announce the response. @default 2 */
  readonly afterChunks?: number;
  /** The error's `code`. @default 'server_error' */
  readonly code?: string | null;
  /** The error's message. @default a sentence like OpenAI's */
  readonly message?: string;
}

/** A slow stream: all events, with a pause before each. */
export interface StreamDrip extends Timed {
  readonly type: 'stream-drip';
  /** Milliseconds before each event. @default 50 */
  readonly everyMs?: number;
}
