// GraphQL: a response with status 200 whose errors have a code in `extensions`.
import type { FailureKind } from '../../core/failure.js';
import { read, word } from '../reading.js';
import type { Seen } from '../seen.js';
import { kindsOf } from './table.js';

const KIND_BY_CODE = kindsOf({
  server: 'INTERNAL_SERVER_ERROR SERVICE_UNAVAILABLE DOWNSTREAM_SERVICE_ERROR SUBREQUEST_HTTP_ERROR BAD_GATEWAY',
  timeout: 'GATEWAY_TIMEOUT REQUEST_TIMEOUT TIMEOUT',
  'rate-limited': 'RATE_LIMITED RATE_LIMIT_EXCEEDED THROTTLED TOO_MANY_REQUESTS',
  rejected: `UNAUTHENTICATED FORBIDDEN BAD_USER_INPUT BAD_REQUEST GRAPHQL_PARSE_FAILED GRAPHQL_VALIDATION_FAILED
    PERSISTED_QUERY_NOT_FOUND PERSISTED_QUERY_NOT_SUPPORTED OPERATION_RESOLUTION_FAILURE NOT_FOUND`,
});

export function kindOfGraphql({ error, response }: Seen): FailureKind | undefined {
  return (
    byExtension(error) ??
    byExtension(read(read(response, 'errors'), '0')) ??
    byExtension(read(read(read(response, 'data'), 'errors'), '0'))
  );
}

function byExtension(error: unknown): FailureKind | undefined {
  // GitHub's errors have no `extensions`.
  if (read(error, 'type') === 'RATE_LIMITED') return 'rate-limited';
  return KIND_BY_CODE.get(word(read(read(error, 'extensions'), 'code')));
}
