// A status of at least 400, and the headers and words that are more precise than it.
import type { FailureKind } from '../../core/failure.js';
import { bodyOf } from '../body.js';
import { headersOf } from '../headers.js';
import { showRateLimit } from '../limits.js';
import { readText } from '../reading.js';
import type { Seen } from '../seen.js';
import { codeIn, isQuota, KIND_BY_CODE, isRetryable409 } from './llm.js';
import { kindsOf } from './table.js';

/** Words of a body, in addition to {@link KIND_BY_CODE}. */
const KIND_BY_WORD = kindsOf({
  quota: `dailyLimitExceeded quotaExceeded insufficientQuota billingNotEnabled QUOTA_EXCEEDED QuotaExceeded
    OutOfCredits insufficient_balance exceeded_current_quota_error`,
  'rate-limited': `rateLimitExceeded userRateLimitExceeded RESOURCE_EXHAUSTED RATE_LIMIT_EXCEEDED ratelimited
    rate_limited TooManyRequests Throttling ThrottlingException`,
});

/** The upstream's error code, if it is on a list. It also decides between a quota and a rate limit. */
export function codeOf(seen: Seen): string | undefined {
  const own = codeIn(seen);
  // If the error itself has a code, the client took it from the body.
  if (own !== undefined || seen.status === undefined || seen.status < 400) return own;
  const { words } = bodyOf(seen);
  if (words.length === 0) return undefined;
  return words.find(isQuota) ?? words.find((text) => KIND_BY_CODE.has(text));
}

export function kindOfStatus(status: number, seen: Seen): FailureKind {
  const isClientError = status < 500;
  if (isClientError && saysQuota(status, seen)) return 'quota';
  const headers = headersOf(seen);
  const shouldRetry =
    headers.size === 0 ? undefined : (headers.get('x-should-retry') ?? headers.get('stripe-should-retry'));
  if (shouldRetry === 'false') return 'rejected';
  // Retrying does not help against a rate limit; waiting does.
  if (status === 429) return 'rate-limited';
  if (shouldRetry === 'true' || status === 408) return 'server';
  if (!isClientError) return status === 501 ? 'rejected' : 'server';
  if (status === 409) return isRetryable409(seen) || isOfStripe(seen) ? 'server' : 'rejected';
  if (status === 403 && (showRateLimit(headers) || has(seen, 'rate-limited'))) return 'rate-limited';
  if ((status === 413 || status === 425) && headers.has('retry-after')) return 'rate-limited';
  return 'rejected';
}

function saysQuota(status: number, seen: Seen): boolean {
  if (status === 402 || isQuota(codeOf(seen))) return true;
  return (status === 429 || status === 403) && (bodyOf(seen).isDaily || has(seen, 'quota'));
}

function has(seen: Seen, kind: FailureKind): boolean {
  return bodyOf(seen).words.some((text) => KIND_BY_WORD.get(text) === kind);
}

/** Stripe's errors have the class name in `type`, and the API's type in `rawType`. */
function isOfStripe({ type, error }: Seen): boolean {
  return typeof type === 'string' && type.startsWith('Stripe') && readText(error, 'rawType') !== undefined;
}
