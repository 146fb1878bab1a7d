import {
  CircuitOpenError,
  classify,
  ConcurrencyLimitError,
  ConfigurationError,
  type FailureKind,
  MalformedResponseError,
  RateLimitedError,
  TimeLimitError,
} from '../index.js';
import { isMadeToBeAnswer } from './made-to-be-answers.js';
import { causesOf, isA } from './reading.js';

/** Options of {@link toHttp} and of the error handlers made with it. */
export interface HttpErrorOptions {
  /** Whether failures of an upstream are mapped. `false`: only holdfast's own errors are mapped. @default true */
  readonly upstream?: boolean;
}

/** An HTTP answer. It contains only numbers and fixed texts, never the error's message. */
export interface HttpAnswer {
  readonly status: HttpStatus;
  /** Contains `retry-after` if the time of the next try is known. Names are in lower case. */
  readonly headers: Record<string, string>;
  /** The body. Send it as JSON. `retryAfter` is the same number of seconds as in the header. */
  readonly body: { error: string; retryAfter?: number };
}

/** The statuses that {@link toHttp} answers with. */
export type HttpStatus = 500 | 502 | 503 | 504;

const TEXT: Readonly<Record<HttpStatus, string>> = {
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** In seconds. With a longer wait, clients would return long after the upstream has recovered. */
const LONGEST_RETRY_AFTER = 3600;
/** The wait for callers of a full bulkhead, in milliseconds. */
const PERMIT_MS = 1000;

const STATUS_OF_KIND: Readonly<Partial<Record<FailureKind, HttpStatus>>> = {
  timeout: 504,
  network: 502,
  server: 502,
  malformed: 502,
  'rate-limited': 503,
  // Rejections by another copy of the package.
  'circuit-open': 503,
  'concurrency-limit': 503,
  rejected: 500,
  quota: 500,
  misconfigured: 500,
};

/**
 * Returns the HTTP answer for a failure of a protected call: 503 with `Retry-After` for an open circuit, a rate limit
 * or a full bulkhead, 504 for a timeout, 502 for an upstream that is broken or unreachable, 500 for a request that the
 * upstream rejects. The answer never contains the upstream's own status or message. Never throws.
 *
 * @returns undefined for errors that are not mapped: errors made to be answers (`http-errors`, Nest's `HttpException`,
 * Hono's `HTTPException`, Fastify's own errors), bugs, cancelled calls and unknown errors
 */
export function toHttp(error: unknown, options: HttpErrorOptions = {}): HttpAnswer | undefined {
  if (isMadeToBeAnswer(error)) return undefined;
  for (const cause of causesOf(error)) {
    const own = answerToOwn(cause);
    if (own) return own;
  }
  return options.upstream === false ? undefined : answerToUpstream(error);
}

function answerToOwn(error: unknown): HttpAnswer | undefined {
  if (isA(error, CircuitOpenError) || isA(error, RateLimitedError)) {
    return answer(503, error.retryAfterMs);
  }
  if (isA(error, ConcurrencyLimitError)) return answer(503, PERMIT_MS);
  if (isA(error, TimeLimitError)) return answer(504);
  if (isA(error, MalformedResponseError)) return answer(502);
  return isA(error, ConfigurationError) ? answer(500) : undefined;
}

function answerToUpstream(error: unknown): HttpAnswer | undefined {
  const { kind, retryAfterMs } = classify(error);
  const status = STATUS_OF_KIND[kind];
  return status && answer(status, status === 503 ? retryAfterMs : undefined);
}

/** @param retryAfterMs Infinity while a circuit is isolated, because the end is unknown */
function answer(status: HttpStatus, retryAfterMs = Number.NaN): HttpAnswer {
  const error = TEXT[status];
  if (!Number.isFinite(retryAfterMs)) return { status, headers: {}, body: { error } };
  const retryAfter = Math.min(Math.max(0, Math.ceil(retryAfterMs / 1000)), LONGEST_RETRY_AFTER);
  return { status, headers: { 'retry-after': String(retryAfter) }, body: { error, retryAfter } };
}
