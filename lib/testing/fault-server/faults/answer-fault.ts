import type { Timed } from './timed.js';

/** No fault: the request is answered. */
export interface Healthy extends Timed {
  readonly type: 'ok';
}

/** An error status with a body in OpenAI's error shape, complete and well-formed. */
export interface ErrorStatus extends Timed {
  readonly type: 'status';
  /** The HTTP status, an integer from 400 to 599. */
  readonly status: number;
  /**
   * The error's message. Tests can put secrets here, to check that no log shows them. @default a message like OpenAI's
   * for this status
   */
  readonly message?: string;
  /** The error's `type`. @default OpenAI's for this status */
  readonly errorType?: string;
  /** The error's `code`. @default OpenAI's for this status */
  readonly code?: string | number | null;
  /** The error's `param`. @default null */
  readonly param?: string | null;
  /** Headers in addition to the usual ones: `retry-after`, `x-should-retry`, `x-ratelimit-reset-requests`, … */
  readonly headers?: Readonly<Record<string, string>>;
  /** A body to send unchanged instead of OpenAI's error object, such as a proxy's error page. */
  readonly body?: string;
}

/** A 429 that is temporary: code `rate_limit_exceeded`. */
export interface RateLimit extends Timed {
  readonly type: 'rate-limit';
  /** `retry-after`: seconds, or an HTTP date. @default no such header */
  readonly retryAfter?: number | string;
  /** `retry-after-ms`, in milliseconds. @default no such header */
  readonly retryAfterMs?: number;
  /** The error's message. @default a sentence like OpenAI's */
  readonly message?: string;
  /** Headers in addition to the usual ones, such as `x-ratelimit-reset-tokens: 6m0s`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A 429 that is permanent: the account has no money left. */
export interface Quota extends Timed {
  readonly type: 'quota';
  /** The error's `code`; newer accounts see `credit_balance_exhausted`. @default 'insufficient_quota' */
  readonly code?: string;
  /** The error's message. @default a sentence like OpenAI's */
  readonly message?: string;
}
