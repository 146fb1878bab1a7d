/** The kinds of failures. */
export type FailureKind =
  | 'cancelled'
  | 'timeout'
  | 'network'
  | 'server'
  | 'rate-limited'
  | 'quota'
  | 'rejected'
  | 'malformed'
  | 'misconfigured'
  | 'circuit-open'
  | 'concurrency-limit'
  | 'unknown';

const KINDS: Readonly<Record<FailureKind, true>> = {
  cancelled: true,
  timeout: true,
  network: true,
  server: true,
  'rate-limited': true,
  quota: true,
  rejected: true,
  malformed: true,
  misconfigured: true,
  'circuit-open': true,
  'concurrency-limit': true,
  unknown: true,
};

/** All kinds. */
export const FAILURE_KINDS: readonly FailureKind[] = Object.keys(KINDS) as FailureKind[];

export function isFailureKind(value: unknown): value is FailureKind {
  return typeof value === 'string' && Object.hasOwn(KINDS, value);
}

/** The facts about a failure that events and logs may hold: each is a number, or a word from a fixed list. */
export interface FailureFacts {
  readonly kind: FailureKind;
  /** The class name of the error, if it is on a fixed list. */
  readonly errorName?: string;
  /** The HTTP status. */
  readonly status?: number;
  /** The upstream's error code, if it is a known one. */
  readonly code?: string;
  /** The system's error code, such as `ECONNRESET`. */
  readonly errno?: string;
  /** The upstream's id of the request. */
  readonly requestId?: string;
  /** How long the upstream asked the caller to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** True if chaos caused it: nothing was sent. */
  readonly chaos?: true;
}

/** The result of `classify`. Holds no content of requests or responses. */
export interface Failure extends FailureFacts {
  /** True if a later attempt may succeed: kind `timeout`, `network` or `server`, and no `FinalError` was thrown. */
  readonly transient: boolean;
  /** True if the error is a `FinalError`, or has one among its causes: only `retryOn` may repeat it. */
  readonly final?: true;
}

/** The part of a failure that events hold. */
export function factsOf({ transient: _, final: __, ...facts }: Failure): FailureFacts {
  return facts;
}
