// The openai package and its kin (Anthropic, Groq and other generated SDKs), and the words of their servers.
import type { FailureKind } from '../../core/failure.js';
import { has, read, readText, word } from '../reading.js';
import type { Seen } from '../seen.js';
import { kindsOf, kindsOfTexts } from './table.js';

/** By the upstream's `code` or `type`, if no status says more: errors inside a stream have none. */
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

/** Known words at the top. Quota says most, then the code, then the type. */
export function codeIn({ code, type }: Seen): string | undefined {
  if (typeof code !== 'string' && typeof type !== 'string') return undefined;
  const [byCode, byType] = [known(code), known(type)];
  return isQuota(byType) && !isQuota(byCode) ? byType : (byCode ?? byType);
}

function known(value: unknown): string | undefined {
  const text = word(value);
  return KIND_BY_CODE.has(text) ? text : undefined;
}

/** The type of an error event inside a stream, which the SDK keeps as it came. */
export function typeOfEvent({ bodyError }: Seen): string | undefined {
  const type = known(readText(read(bodyError, 'error'), 'type')) ?? known(readText(bodyError, 'type'));
  // Only words that no other domain has.
  return type?.endsWith('_error') ? type : undefined;
}

/** What the SDKs' own failures say, whatever a minifier makes of the names of their classes. */
const KIND_BY_CONSTANT = kindsOfTexts({
  cancelled: ['Request was aborted.'],
  timeout: ['Request timed out.'],
});

/** An SDK's own failure: the fields of an answer are there, and none has a value. */
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

/** The SDK wraps everything its `fetch` throws, a bug in a custom `fetch` too: only without a cause it is the network. */
export function isLonelyConnectionError({ className, message, error, status }: Seen): boolean {
  if (className === 'APIConnectionError') return true;
  return message === 'Connection error.' && status === undefined && hasFields(error);
}

function hasFields(error: object): boolean {
  return has(error, 'status') && has(error, 'headers') && has(error, 'error');
}

/** The generated SDKs repeat a 409 by themselves: their servers answer so while a lock is held. */
export function means409({ className, headers, error }: Seen): boolean {
  if (headers === undefined || !hasFields(error)) return false;
  return className === 'ConflictError' || has(error, 'requestID') || has(error, 'request_id');
}
