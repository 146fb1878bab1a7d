// Slack answers with status 200 and an error word.
import type { FailureKind } from '../../core/failure.js';
import { read, word } from '../reading.js';
import type { Seen } from '../seen.js';
import { kindsOf } from './table.js';

const KIND_BY_WORD = kindsOf({
  'rate-limited': 'ratelimited rate_limited message_limit_exceeded',
  server: 'internal_error fatal_error service_unavailable team_added_to_org ekm_access_denied',
  timeout: 'request_timeout',
});

export function kindOfSlack({ code, wrapped }: Seen): FailureKind | undefined {
  if (code === 'slack_webapi_rate_limited_error') return 'rate-limited';
  if (code !== 'slack_webapi_platform_error') return undefined;
  const errorWord = word(read(wrapped?.data, 'error'));
  // If it is not a word, the response did not come from Slack.
  if (errorWord === undefined || !/^[a-z_]{1,64}$/.test(errorWord)) return 'malformed';
  return KIND_BY_WORD.get(errorWord) ?? 'rejected';
}

/** `retryAfter` is in seconds here; other clients use the same name for other units. */
export function slackDelayMs({ code, error }: Seen): number | undefined {
  if (code !== 'slack_webapi_rate_limited_error') return undefined;
  const seconds = read(error, 'retryAfter');
  return typeof seconds === 'number' && seconds >= 0 && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
