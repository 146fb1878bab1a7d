/** Every field that the classifier reads of an error. The log names no other field of an unknown error. */
export const ERROR_FIELDS = [
  ...(['name', 'message', 'code', 'errno', 'syscall', 'status', 'statusCode', 'type', 'cause', 'errors'] as const),
  ...(['status_code', 'httpStatus', 'httpStatusCode', 'responseStatusCode', 'error_code', 'responseCode'] as const),
  ...(['response', 'rawResponse', '$response', 'httpResponse', 'res', 'request', 'config', 'meta', 'options'] as const),
  ...(['headers', 'responseHeaders', 'requestID', 'request_id', 'requestId', 'data', 'body', 'responseBody'] as const),
  ...(['retryAfter', 'retryAfterMs', 'retryAfterInMs', 'retriable', '$metadata', '$fault', 'extensions'] as const),
  ...([
    'details',
    'metadata',
    'severity',
    'sqlState',
    'clientVersion',
    'command',
    'errorLabels',
    'stackTrace',
  ] as const),
  ...(['error', 'detail', 'original', 'originalError', 'lastError', 'exception', 'reason', 'description'] as const),
  ...(['driverError', 'parent', 'nativeError', 'innerError', 'networkError', 'graphQLErrors'] as const),
] as const;

export type ErrorField = (typeof ERROR_FIELDS)[number];

/** A field of an error, or of its cause. */
export type KnownErrorField = ErrorField | `cause.${ErrorField}`;
