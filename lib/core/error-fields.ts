/** The fields that errors of clients, databases and queues carry. Nothing else of an unknown error is named in the log. */
export const ERROR_FIELDS = [
  ...(['name', 'message', 'cause', 'errors', 'code', 'errno', 'syscall', 'status', 'statusCode', 'type'] as const),
  ...(['headers', 'response', 'responseHeaders', '$metadata', 'details', 'severity', 'sqlState'] as const),
] as const;

export type KnownErrorField = (typeof ERROR_FIELDS)[number];
