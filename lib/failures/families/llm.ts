// The openai package and similar generated SDKs (Anthropic, Groq and others), and the error codes of their servers.
import type { FailureKind } from '../../core/failure.js';
import { has, read, readText, word } from '../reading.js';
import type { Seen } from '../seen.js';
import { kindsOf, kindsOfTexts } from './table.js';

/** Kinds by the upstream's `code` or `type`. Used if there is no status, as for errors inside a stream. */
export const KIND_BY_CODE = kindsOf({
  server: `server_error internal_server_error internal_error api_error service_unavailable overloaded overloaded_error
    server_overloaded engine_overloaded model_overloaded`,
  timeout: 'timeout timeout_error request_timeout gateway_timeout',
  'rate-limited': 'rate_limit_exceeded rate_limit_error slow_down too_many_requests',
  quota: `insufficient_quota credit_balance_exhausted billing_hard_limit_reached billing_not_active billing_error
    insufficient_credits quota_exceeded insufficient_user_quota`,
  rejected: `invalid_request_error context_length_exceeded content_filter content_policy_violation invalid_api_key
    model_not_found string_above_max_length unsupported_parameter invalid_prompt permission_error authentication_error
    not_found_error request_too_large`,
});

export const isQuota = (text: unknown): boolean => KIND_BY_CODE.get(word(text)) === 'quota';

/** The known code of an error. A quota has precedence, then `code`, then `type`. */
export function codeIn({ code, type }: Seen): string | undefined {
  if (typeof code !== 'string' && typeof type !== 'string') return undefined;
  const [byCode, byType] = [knownCode(code), knownCode(type)];
  return isQuota(byType) && !isQuota(byCode) ? byType : (byCode ?? byType);
}

function knownCode(value: unknown): string | undefined {
  const text = word(value);
  return KIND_BY_CODE.has(text) ? text : undefined;
}

/** The type of an error event inside a stream; the SDK keeps the event unchanged. */
export function typeOfEvent({ bodyError }: Seen): string | undefined {
  const type = knownCode(readText(read(bodyError, 'error'), 'type')) ?? knownCode(readText(bodyError, 'type'));
  // Only words that belong to no other kind of error.
  return type?.endsWith('_error') ? type : undefined;
}

/** The messages of the SDKs' own errors, because a minifier may rename their classes. */
const KIND_BY_CONSTANT = kindsOfTexts({
  cancelled: ['Request was aborted.'],
  timeout: ['Request timed out.'],
});

/** An error of the SDK itself: the response fields exist, but have no values. */
export function kindOfSdk({ className, message, error, status }: Seen): FailureKind | undefined {
  if (className === 'APIUserAbortError') return 'cancelled';
  if (className === 'APIConnectionTimeoutError') return 'timeout';
  if (className === 'OpenAIError' && message?.slice(0, 256).match(/api.?key|credentials/i)) return 'misconfigured';
  if (message === undefined || status !== undefined) return undefined;
  if (message.length <= 64)
    return KIND_BY_CONSTANT.has(message) && hasFields(error) ? KIND_BY_CONSTANT.get(message) : undefined;
  return MISSING_KEY.test(message.slice(0, 256)) ? 'misconfigured' : undefined;
}

const MISSING_KEY =
  /^(?:Missing credentials\. Please pass an|The \w{1,24}_API_KEY environment variable is missing|Could not resolve authentication method\. Expected)/;

/**
 * The SDK wraps every error that its `fetch` throws, even a bug in a custom `fetch`. It means a network failure only if
 * it has no cause.
 */
export function isCauselessConnectionError({ className, message, error, status }: Seen): boolean {
  if (className === 'APIConnectionError') return true;
  return message === 'Connection error.' && status === undefined && hasFields(error);
}

function hasFields(error: object): boolean {
  return has(error, 'status') && has(error, 'headers') && has(error, 'error');
}

/** The generated SDKs retry a 409 themselves: their servers send it while a lock is held. */
export function isRetryable409({ className, headers, error }: Seen): boolean {
  if (headers === undefined || !hasFields(error)) return false;
  return className === 'ConflictError' || has(error, 'requestID') || has(error, 'request_id');
}
