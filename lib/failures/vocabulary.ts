// The words that decide, and the only ones that may be told on. Codes are the upstream's, errnos the system's.
import type { FailureKind } from '../core/failure.js';

const kinds = (kind: FailureKind, ...words: readonly string[]): [string, FailureKind][] =>
  words.map((word) => [word, kind]);

/** Kinds by a word, which may be asked for where there is none. */
type Kinds = ReadonlyMap<string | undefined, FailureKind>;

/** By the name of the error's class or its own `name`. */
export const KIND_BY_NAME: Kinds = new Map([
  ...kinds('cancelled', 'APIUserAbortError', 'AbortError'),
  ...kinds('timeout', 'APIConnectionTimeoutError', 'TimeoutError', 'TimeLimitError'),
  ...kinds('rate-limited', 'RateLimitedError'),
  ...kinds('malformed', 'MalformedResponseError', 'SyntaxError'),
  ...kinds('misconfigured', 'ConfigurationError', 'DecorationError'),
  ...kinds('network', 'HTTPParserError'),
]);

/** By the upstream's `code` or `type`, where no status says more: errors inside a stream have none. */
export const KIND_BY_CODE: Kinds = new Map([
  ...kinds('server', 'server_error', 'internal_server_error', 'internal_error', 'api_error', 'service_unavailable'),
  ...kinds('server', 'overloaded', 'overloaded_error', 'server_overloaded', 'engine_overloaded', 'model_overloaded'),
  ...kinds('timeout', 'timeout', 'request_timeout', 'gateway_timeout'),
  ...kinds('rate-limited', 'rate_limit_exceeded', 'rate_limit_error', 'slow_down', 'too_many_requests'),
  ...kinds(
    'quota',
    'insufficient_quota',
    'credit_balance_exhausted',
    'billing_hard_limit_reached',
    'billing_not_active',
  ),
  ...kinds(
    'rejected',
    'invalid_request_error',
    'context_length_exceeded',
    'content_filter',
    'content_policy_violation',
  ),
  ...kinds('rejected', 'invalid_api_key', 'model_not_found', 'string_above_max_length', 'unsupported_parameter'),
  ...kinds('rejected', 'invalid_prompt', 'permission_error', 'authentication_error', 'not_found_error'),
]);

const KIND_BY_ERRNO: Kinds = new Map([
  ...kinds('timeout', 'ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT', 'ERR_HTTP_REQUEST_TIMEOUT'),
  ...kinds('timeout', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'),
  ...kinds(
    'network',
    'ECONNREFUSED',
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EAI_NODATA',
    'EAI_FAIL',
  ),
  ...kinds('network', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'ENETRESET', 'EADDRNOTAVAIL'),
  ...kinds(
    'network',
    'UND_ERR_SOCKET',
    'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    'ERR_STREAM_PREMATURE_CLOSE',
    'ERR_NETWORK',
  ),
  ...kinds(
    'misconfigured',
    'ERR_INVALID_URL',
    'ERR_INVALID_PROTOCOL',
    'ERR_INVALID_CHAR',
    'EPROTO',
    'UND_ERR_INVALID_ARG',
  ),
  ...kinds(
    'misconfigured',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ),
  ...kinds('misconfigured', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'HOSTNAME_MISMATCH'),
  ...kinds('cancelled', 'ABORT_ERR'),
]);

export function kindOfErrno(errno: string | undefined): FailureKind | undefined {
  const exact = KIND_BY_ERRNO.get(errno);
  if (exact) return exact;
  if (errno?.match(/^(CERT_|ERR_SSL_|ERR_TLS_)/)) return 'misconfigured';
  return errno?.match(/^(HPE_|ERR_HTTP2_)/) ? 'network' : undefined;
}

/** Errors of the runtime's `fetch` have no code of their own, only these messages. */
export const KIND_BY_MESSAGE: Kinds = new Map([
  ...kinds('misconfigured', 'unknown scheme', 'bad port', 'Failed to parse URL'),
  // Weak words, see classify: what caused them says more.
  ...kinds('network', 'fetch failed', 'terminated', 'Failed to fetch', 'Load failed', 'network error'),
]);

const ERRNO = /^(E[A-Z0-9]{2,15}(_[A-Z]{2,12})?|(UND_ERR|ERR|HPE|CERT)_[A-Z0-9_]{2,48})$/;
const REQUEST_ID = /^(req_[0-9A-Za-z]{6,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export const isErrno = (text: string): boolean => ERRNO.test(text) || KIND_BY_ERRNO.has(text);
export const isRequestId = (text: string): boolean => REQUEST_ID.test(text);

/** The class names that may be told. */
export const TELLABLE_NAMES: ReadonlySet<string | undefined> = new Set([
  ...KIND_BY_NAME.keys(),
  ...['Error', 'TypeError', 'RangeError', 'ReferenceError', 'EvalError', 'URIError', 'AggregateError', 'DOMException'],
  ...[
    'OpenAIError',
    'APIError',
    'APIConnectionError',
    'BadRequestError',
    'AuthenticationError',
    'PermissionDeniedError',
  ],
  ...['NotFoundError', 'ConflictError', 'UnprocessableEntityError', 'RateLimitError', 'InternalServerError'],
  ...['LengthFinishReasonError', 'ContentFilterFinishReasonError', 'AxiosError', 'HTTPError', 'SocketError'],
  ...['CircuitOpenError', 'ConcurrencyLimitError', 'StreamFailureError'],
]);
