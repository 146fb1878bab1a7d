/** What kind of failure a thrown value is. */
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

/** Every kind there is. */
export const FAILURE_KINDS: readonly FailureKind[] = Object.keys(KINDS) as FailureKind[];

export function isFailureKind(value: unknown): value is FailureKind {
  return typeof value === 'string' && Object.hasOwn(KINDS, value);
}

/** What events and logs may say about a failure: every field is a number, or a word from a list of ours. */
export interface FailureFacts {
  readonly kind: FailureKind;
  /** The class of the error, when it is one of a fixed list. */
  readonly errorName?: string;
  /** The HTTP status. */
  readonly status?: number;
  /** The upstream's error code, when it is a known one. */
  readonly code?: string;
  /** The system's error code, such as `ECONNRESET`. */
  readonly errno?: string;
  /** The upstream's id of the request. */
  readonly requestId?: string;
  /** How long the upstream asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** What `classify` says of a thrown value. Holds nothing of what was asked or answered. */
export interface Failure extends FailureFacts {
  /** Whether it may pass by itself: kind `timeout`, `network` or `server`, and no `FinalError` was thrown. */
  readonly transient: boolean;
  /** True if the error is a `FinalError`, or has one among its causes: only `retryOn` may repeat it. */
  readonly final?: true;
}

/** The part of a failure that events tell. */
export function factsOf({ transient: _, final: __, ...facts }: Failure): FailureFacts {
  return facts;
}
