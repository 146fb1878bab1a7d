// One pass over one error: each property is read once, by name, under one `try`.
import type { ErrorField } from '../core/error-fields.js';
import { isArray, isObject, looksLikeError, numberOf, read, readText, word } from './reading.js';

/** Every property of an error that the pass reads. What only one family needs, that family reads itself. */
const FIELDS = [
  ...['constructor', 'name', 'message', 'code', 'errno', 'type', 'status', 'statusCode', 'response', 'headers'],
  ...['status_code', 'httpStatus', 'httpStatusCode', 'responseStatusCode', 'error_code', 'res', 'retryAfterInMs'],
  ...['requestID', 'request_id', 'requestId', 'retryAfterMs', 'description', '$metadata', '$fault'],
  ...[
    'responseHeaders',
    'rawResponse',
    '$response',
    'httpResponse',
    'meta',
    'data',
    'body',
    'responseBody',
    'stackTrace',
  ],
  ...['cause', 'errors', 'detail', 'error', 'original', 'originalError', 'lastError', 'exception', 'reason'],
  ...['driverError', 'parent', 'nativeError', 'innerError', 'networkError', 'graphQLErrors'],
] as const satisfies readonly ('constructor' | ErrorField)[];

type Raw = { readonly [F in (typeof FIELDS)[number]]?: unknown };

/** Where clients that wrap a response keep it. */
interface Wrapped {
  readonly responseHeaders: unknown;
  readonly responses: readonly unknown[];
  readonly data: unknown;
  readonly body: unknown;
  readonly responseBody: unknown;
}

/** What one error of a chain says about itself. */
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
  /** `$metadata`, else `$fault`: what every error of the AWS SDK has. */
  readonly aws: unknown;
  readonly wrapped: Wrapped | undefined;
  /** What may have caused it, most telling first. `errors` and `graphQLErrors` hold several. */
  readonly causes: readonly object[];
  readonly groups: readonly unknown[];
  /** Any JSON that the error holds as `error`: clients parse the body into it. */
  readonly bodyError: unknown;
  /** Filled when first asked for. */
  parsedHeaders: Headers | undefined;
  parsedBody: Body | undefined;
}

/** Headers in lower case, each value cut to 64 characters. Several of one name are joined with a comma. */
export type Headers = ReadonlyMap<string, string>;

/** What the upstream's answer says in words. */
export interface Body {
  readonly words: readonly string[];
  /** A quota of a day is used up, as Google writes it. */
  readonly isDaily: boolean;
  readonly delayMs: number | undefined;
}

const NONE: readonly never[] = [];

export function see(error: object): Seen {
  try {
    return lookAt(error as Raw, error);
  } catch {
    return lookAt(shielded(error), error);
  }
}

function lookAt(raw: Raw, error: object): Seen {
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

/** Algolia's client keeps each host's answer. */
function lastResponse(attempts: unknown): unknown {
  const length = isArray(attempts) ? numberOf(read(attempts, 'length')) : 0;
  return read(read(attempts, String(length - 1)), 'response');
}

/** A copy of what can be read. */
function shielded(error: object): Raw {
  const copy: Record<string, unknown> = {};
  for (const field of FIELDS) copy[field] = read(error, field);
  copy['constructor'] = { name: readText(copy['constructor'], 'name') };
  return copy;
}

function wrappedIn(raw: Raw): Wrapped | undefined {
  const { responseHeaders, rawResponse, $response, httpResponse, meta, res, data, body, responseBody } = raw;
  const any =
    res ?? responseHeaders ?? rawResponse ?? $response ?? httpResponse ?? meta ?? data ?? body ?? responseBody;
  if (any === undefined) return undefined;
  const responses = [rawResponse, $response, httpResponse, meta, res];
  responses.push(read(meta, 'response'), read(data, 'res'));
  return { responseHeaders, responses, data, body, responseBody };
}

function causesIn(raw: Raw): readonly object[] {
  const { cause, lastError, detail, error, original, originalError, exception, reason } = raw;
  const { driverError, parent, nativeError, innerError, networkError } = raw;
  const any = lastError ?? detail ?? error ?? original ?? originalError ?? exception ?? reason;
  if ((any ?? driverError ?? parent ?? nativeError ?? innerError ?? networkError) === undefined)
    return isObject(cause) ? [cause] : NONE;
  // The last error of several attempts says more than the first.
  const found = isObject(cause) ? [cause] : [];
  const rest = [lastError, detail, error, original, originalError, exception, reason];
  rest.push(driverError, parent, nativeError, innerError, networkError);
  // Only `cause` is a cause by its name; the other fields hold data as often as errors.
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
  // Shopify's clients: beside headers, a code is the status.
  const ofShopify = isObject(read(response, 'headers')) ? httpStatus(read(response, 'code')) : undefined;
  return ofShopify ?? httpStatus(read(wrapped?.data, 'httpStatus')) ?? httpStatus(read(response, 'error_code'));
}

/**
 * Google's, SendGrid's and Cosmos's clients put the status into `code`, which is only believed beside a response or
 * headers; Telegram's into `error_code`, beside a description.
 */
function statusInCode(raw: Raw, response: unknown): number | undefined {
  const status = httpStatus(raw.code) ?? httpStatus(raw.error_code);
  if (status === undefined || status < 400) return undefined;
  if (status === raw.error_code) return readText(raw, 'description') === undefined ? undefined : status;
  if (isObject(raw.headers)) return status;
  const hasAnswer = isObject(read(response, 'headers')) || read(response, 'body') !== undefined;
  return isObject(response) && hasAnswer ? status : undefined;
}
