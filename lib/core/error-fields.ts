/** The fields that errors of clients, databases and queues carry. Nothing else of an unknown error is named in the log. */
export const ERROR_FIELDS = [
  ...(['name', 'message', 'code', 'errno', 'syscall', 'status', 'statusCode', 'type', 'cause', 'errors'] as const),
  ...(['headers', 'response', 'responseHeaders', '$metadata', 'details', 'severity', 'sqlState'] as const),
  ...(['request', 'requestID', 'error', 'detail', 'original', 'originalError', 'lastError', 'exception'] as const),
  ...(['data', 'body', '$fault', 'metadata', 'clientVersion', 'command', 'responseCode', 'errorLabels'] as const),
  ...(['retriable', 'extensions', 'meta', 'config', 'retryAfter', 'retryAfterMs', 'rawResponse'] as const),
] as const;

export type KnownErrorField = (typeof ERROR_FIELDS)[number];
