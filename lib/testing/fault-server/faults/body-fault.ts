import type { Ending } from './connection-fault.js';
import type { Timed } from './timed.js';

/** The headers announce an answer, and the connection ends inside its body. */
export interface BodyCut extends Timed {
  readonly type: 'body-cut';
  /** How the connection ends. @default 'reset' */
  readonly by?: Ending;
  /**
   * How the length of the body is announced. With `close`, the end of the connection is the end of the body, so the
   * client gets a complete answer with truncated JSON. @default 'content-length'
   */
  readonly framing?: 'content-length' | 'chunked' | 'close';
  /**
   * Whether the headers announce to keep the connection. If not, Node's `fetch` accepts the early end of a chunked
   * body. With `framing: 'close'` it is always false. @default true
   */
  readonly keepAlive?: boolean;
  /** Bytes of the body sent before the end. @default half of them */
  readonly afterBytes?: number;
}

/** Half of the body arrives, and then nothing until the client leaves. */
export interface BodyStall extends Timed {
  readonly type: 'body-stall';
  /** The HTTP status. From 400, the body is the error of that status. @default 200 */
  readonly status?: number;
}

/** The whole body arrives, byte by byte. */
export interface BodyDrip extends Timed {
  readonly type: 'body-drip';
  /** Milliseconds between two bytes. @default 50 */
  readonly everyMs?: number;
}

/** 200 and `application/json`, but the text is not JSON. In a stream, the first event with a word is broken. */
export interface MalformedJson extends Timed {
  readonly type: 'malformed-json';
  /** The text to send. @default the correct answer with a Python `None` in it */
  readonly text?: string;
}

/** 200 with a web page, as a captive portal or a proxy sends it. */
export interface HtmlBody extends Timed {
  readonly type: 'html';
  /** The page. @default a short sign-in page */
  readonly text?: string;
}

/** 200 and `application/json` with a body of length 0. */
export interface EmptyBody extends Timed {
  readonly type: 'empty';
}

/** 200 with the JSON `{"error": …}`, as some gateways send it. */
export interface ErrorBody extends Timed {
  readonly type: 'error-body';
  /** The error's message. @default a sentence like OpenAI's */
  readonly message?: string;
  /** The error's `code`. @default null */
  readonly code?: string | number | null;
  /** The error's `type`. @default 'server_error' */
  readonly errorType?: string;
}
