// Reads the known properties of one error, each once, inside one `try`.
import { ERROR_FIELDS, type ErrorField } from '../core/error-fields.js';
import { isArray, isObject, looksLikeError, numberOf, read, readText, word } from './reading.js';

/** An error. Modules in `families` read the properties that only they need. */
type Raw = { readonly [F in 'constructor' | ErrorField]?: unknown };

/** The fields in which clients keep a wrapped response. */
interface Wrapped {
  readonly responseHeaders: unknown;
  readonly responses: readonly unknown[];
  readonly data: unknown;
  readonly body: unknown;
  readonly responseBody: unknown;
}

/** The known properties of one error of a chain. */
export interface Seen {
  readonly error: object;
  readonly className: string | undefined;
  readonly name: string | undefined;
  readonly message: string | undefined;
  readonly code: unknown;
  readonly errno: unknown;
  readonly type: unknown;
  /** An HTTP status, from 100 to 599. */
  readonly status: number | undefined;
  readonly response: unknown;
  readonly headers: unknown;
  readonly requestId: unknown;
  readonly retryAfterMs: unknown;
  /** `$metadata`, else `$fault`: every error of the AWS SDK has one of them. */
  readonly aws: unknown;
  readonly wrapped: Wrapped | undefined;
  /**
   * Its possible causes, the most informative first. `groups`: the values of `errors` and `graphQLErrors`, which hold
   * several causes.
   */
  readonly causes: readonly object[];
  readonly groups: readonly unknown[];
  /** The value of `error`: clients put the parsed body there. */
  readonly bodyError: unknown;
  /** Set at the first use. */
  parsedHeaders: Headers | undefined;
  parsedBody: Body | undefined;
}

/** Headers by lower-case name. Values are cut to 64 characters; several values of one name are joined with commas. */
export type Headers = ReadonlyMap<string, string>;

/** What was read from the upstream's error body. */
export interface Body {
  readonly words: readonly string[];
  /** True if a daily quota is exhausted, as Google reports it. */
  readonly isDaily: boolean;
  readonly delayMs: number | undefined;
}

const NONE: readonly never[] = [];

export function readError(error: object): Seen {
  try {
    return seenFrom(error as Raw, error);
  } catch {
    return seenFrom(safeCopy(error), error);
  }
}

function seenFrom(raw: Raw, error: object): Seen {
  const { code, type, headers } = raw;
  const response = raw.response ?? (raw.stackTrace === undefined ? undefined : lastResponse(raw.stackTrace));
  const aws = raw.$metadata ?? raw.$fault;
  const wrapped = wrappedIn(raw);
  const nested = response ?? aws ?? wrapped;
  return {
    error,
    className: word((raw.constructor as { readonly name?: unknown } | undefined)?.name),
    name: word(raw.name),
    message: typeof raw.message === 'string' ? raw.message : undefined,
    code,
    errno: raw.errno,
    type,
    status:
      httpStatus(raw.status) ??
      httpStatus(raw.statusCode) ??
      httpStatus(raw.status_code ?? raw.httpStatus ?? raw.httpStatusCode ?? raw.responseStatusCode) ??
      (nested === undefined ? undefined : nestedStatus(response, aws, wrapped)) ??
      (typeof (code ?? raw.error_code) === 'number' ? statusInCode(raw, response) : undefined),
    response,
    headers,
    requestId: raw.requestID ?? raw.request_id ?? raw.requestId,
    retryAfterMs: raw.retryAfterMs ?? raw.retryAfterInMs,
    aws,
    wrapped,
    causes: causesIn(raw),
    groups: groupsIn(raw),
    bodyError: raw.error,
    parsedHeaders: undefined,
    parsedBody: undefined,
  };
}

/** The last response in Algolia's list of attempts, one for each host. */
function lastResponse(attempts: unknown): unknown {
  const length = isArray(attempts) ? numberOf(read(attempts, 'length')) : 0;
  return read(read(attempts, String(length - 1)), 'response');
}

/** A copy of the properties that can be read without an error. */
function safeCopy(error: object): Raw {
  const copy: Record<string, unknown> = {};
  for (const field of ['constructor', ...ERROR_FIELDS]) copy[field] = read(error, field);
  copy['constructor'] = { name: readText(copy['constructor'], 'name') };
  return copy;
}

function wrappedIn(raw: Raw): Wrapped | undefined {
  const { responseHeaders, rawResponse, $response, httpResponse, meta, res, data, body, responseBody } = raw;
  const firstValue =
    res ?? responseHeaders ?? rawResponse ?? $response ?? httpResponse ?? meta ?? data ?? body ?? responseBody;
  if (firstValue === undefined) return undefined;
  const responses = [rawResponse, $response, httpResponse, meta, res];
  responses.push(read(meta, 'response'), read(data, 'res'));
  return { responseHeaders, responses, data, body, responseBody };
}

function causesIn(raw: Raw): readonly object[] {
  const { cause, lastError, detail, error, original, originalError, exception, reason } = raw;
  const { driverError, parent, nativeError, innerError, networkError } = raw;
  const firstValue = lastError ?? detail ?? error ?? original ?? originalError ?? exception ?? reason;
  if ((firstValue ?? driverError ?? parent ?? nativeError ?? innerError ?? networkError) === undefined)
    return isObject(cause) ? [cause] : NONE;
  // `lastError` comes first, because the last of several attempts is more informative than the first.
  const found = isObject(cause) ? [cause] : [];
  const rest = [lastError, detail, error, original, originalError, exception, reason];
  rest.push(driverError, parent, nativeError, innerError, networkError);
  // `cause` is always a cause; the other fields may hold data, so only errors count.
  for (const value of rest) if (looksLikeError(value)) found.push(value);
  return found.length > 0 ? found : NONE;
}

function groupsIn({ errors, graphQLErrors }: Raw): readonly unknown[] {
  return isObject(errors) || isObject(graphQLErrors) ? [errors, graphQLErrors] : NONE;
}

export function httpStatus(status: unknown): number | undefined {
  return typeof status === 'number' && Number.isInteger(status) && status >= 100 && status < 600 ? status : undefined;
}

function nestedStatus(response: unknown, aws: unknown, wrapped?: Wrapped): number | undefined {
  const found =
    httpStatus(read(response, 'status')) ??
    httpStatus(read(response, 'statusCode')) ??
    httpStatus(read(aws, 'httpStatusCode'));
  if (found !== undefined) return found;
  for (const inner of wrapped?.responses ?? NONE) {
    const status = httpStatus(read(inner, 'status')) ?? httpStatus(read(inner, 'statusCode'));
    if (status !== undefined) return status;
  }
  // Shopify's clients: if there are headers, `code` is the status.
  const ofShopify = isObject(read(response, 'headers')) ? httpStatus(read(response, 'code')) : undefined;
  return ofShopify ?? httpStatus(read(wrapped?.data, 'httpStatus')) ?? httpStatus(read(response, 'error_code'));
}

/**
 * The clients of Google, SendGrid and Cosmos put the status into `code`; it counts only together with a response or
 * headers. Telegram's clients put it into `error_code`, together with `description`.
 */
function statusInCode(raw: Raw, response: unknown): number | undefined {
  const status = httpStatus(raw.code) ?? httpStatus(raw.error_code);
  if (status === undefined || status < 400) return undefined;
  if (status === raw.error_code) return readText(raw, 'description') === undefined ? undefined : status;
  if (isObject(raw.headers)) return status;
  const hasAnswer = isObject(read(response, 'headers')) || read(response, 'body') !== undefined;
  return isObject(response) && hasAnswer ? status : undefined;
}
