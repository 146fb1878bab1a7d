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
  /** The error's message. Tests plant their secrets here. @default what OpenAI says with this status, roughly */
  readonly message?: string;
  /** The error's `type`. @default what OpenAI says with this status */
  readonly errorType?: string;
  /** The error's `code`. @default what OpenAI says with this status */
  readonly code?: string | number | null;
  /** The error's `param`. @default null */
  readonly param?: string | null;
  /** Headers on top of the usual ones: `retry-after`, `x-should-retry`, `x-ratelimit-reset-requests`, … */
  readonly headers?: Readonly<Record<string, string>>;
  /** A body to send as it stands instead of OpenAI's shape, such as a proxy's error page. */
  readonly body?: string;
}

/** 429 that passes with time: code `rate_limit_exceeded`. */
export interface RateLimit extends Timed {
  readonly type: 'rate-limit';
  /** `retry-after`: seconds, or an HTTP date. @default no such header */
  readonly retryAfter?: number | string;
  /** `retry-after-ms`, in milliseconds. @default no such header */
  readonly retryAfterMs?: number;
  /** The error's message. @default a sentence like OpenAI's */
  readonly message?: string;
  /** Headers on top of the usual ones, such as `x-ratelimit-reset-tokens: 6m0s`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** 429 that does not pass with time: the account is out of money. */
export interface Quota extends Timed {
  readonly type: 'quota';
  /** The error's `code`; newer accounts see `credit_balance_exhausted`. @default 'insufficient_quota' */
  readonly code?: string;
  /** The error's message. @default a sentence like OpenAI's */
  readonly message?: string;
}
