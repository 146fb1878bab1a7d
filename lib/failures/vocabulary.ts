// The words that a failure may hold. The classifier returns no other words.
export { isErrno } from './families/node.js';

const REQUEST_ID = /^(req_[0-9A-Za-z]{6,59}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export const isRequestId = (text: string): boolean => REQUEST_ID.test(text);

/** The class names that events may hold. */
export const ALLOWED_NAMES: ReadonlySet<string | undefined> = new Set(
  `Error TypeError RangeError ReferenceError EvalError URIError SyntaxError AggregateError DOMException
  AbortError TimeoutError HTTPParserError SocketError OpenAIError APIError APIConnectionError APIConnectionTimeoutError
  APIUserAbortError BadRequestError AuthenticationError PermissionDeniedError NotFoundError ConflictError
  UnprocessableEntityError RateLimitError InternalServerError LengthFinishReasonError ContentFilterFinishReasonError
  AxiosError CanceledError HTTPError FetchError RequestError ResponseError GaxiosError HttpError RestError
  AI_APICallError AI_RetryError AI_LoadAPIKeyError ConnectError GoogleError ServiceError
  StripeConnectionError StripeAPIError StripeCardError StripeRateLimitError StripeInvalidRequestError
  StripeAuthenticationError StripePermissionError StripeIdempotencyError
  DatabaseError PostgresError ReplyError ErrorReply SimpleError MaxRetriesPerRequestError SocketClosedUnexpectedlyError
  MongoServerError MongoNetworkError MongoNetworkTimeoutError MongoServerSelectionError MongoBulkWriteError
  PrismaClientKnownRequestError PrismaClientInitializationError PrismaClientUnknownRequestError
  KafkaJSConnectionError KafkaJSProtocolError KafkaJSRequestTimeoutError KafkaJSNumberOfRetriesExceeded
  ThrottlingException TooManyRequestsException ServiceUnavailable InternalServerException
  CircuitOpenError ConcurrencyLimitError RateLimitedError TimeLimitError MalformedResponseError StreamFailureError
  FinalError ConfigurationError DecorationError`.split(/\s+/),
);
