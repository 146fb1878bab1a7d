// HTTP clients that keep what happened in a place of their own.
import type { FailureKind } from '../../core/failure.js';
import { isArray, isObject, read, readText, word } from '../reading.js';
import { httpStatus, type Seen } from '../seen.js';
import { isUntrusted, KIND_BY_ERRNO } from './node.js';

export function kindOfClient(seen: Seen): FailureKind | undefined {
  return (
    kindOfBoom(seen) ??
    kindOfAzure(seen) ??
    kindOfSpeakeasy(seen) ??
    kindOfAlgolia(seen) ??
    kindOfPostgrest(seen) ??
    kindOfCurl(seen)
  );
}

/** `@hapi/wreck`: the status in `output` is what it would answer itself, except if the upstream's is in `data.res`. */
function kindOfBoom({ error, wrapped, message }: Seen): FailureKind | undefined {
  if (read(error, 'isBoom') !== true) return undefined;
  const status = read(read(error, 'output'), 'statusCode');
  if (status === 504 && message === 'Client request timeout') return 'timeout';
  if (!isObject(read(wrapped?.data, 'res'))) return undefined;
  if (status === 408 || status === 504) return 'timeout';
  if (message === 'Payload stream closed prematurely') return 'network';
  return status === 502 || status === 406 ? 'malformed' : undefined;
}

/** The body ended too soon, or could not be parsed. */
function kindOfAzure({ code, message }: Seen): FailureKind | undefined {
  if (code !== 'PARSE_ERROR' || !message?.startsWith('Error')) return undefined;
  return /^Error reading response as text: (?:aborted|terminated|Premature close)$/.test(message.slice(0, 64))
    ? 'network'
    : 'malformed';
}

/** SDKs made by Speakeasy, such as Mistral's: a 2xx of another type than was asked for. */
function kindOfSpeakeasy({ error, status, wrapped }: Seen): FailureKind | undefined {
  const isSuccess = status !== undefined && status >= 200 && status < 300;
  return isSuccess && isObject(wrapped?.responses[0]) && readText(error, 'contentType') !== undefined
    ? 'malformed'
    : undefined;
}

/** The last answer of several hosts; status 0 if there was none. */
function kindOfAlgolia({ error, response }: Seen): FailureKind | undefined {
  const isTimedOut = read(response, 'isTimedOut');
  if (typeof isTimedOut !== 'boolean' || !isArray(read(error, 'stackTrace'))) return undefined;
  if (isTimedOut) return 'timeout';
  if (read(response, 'status') !== 0) return undefined;
  return isUntrusted(readText(response, 'content') ?? '') ? 'misconfigured' : 'network';
}

/** postgrest-js answers with texts: the code of the system stands in brackets. */
function kindOfPostgrest({ error, message }: Seen): FailureKind | undefined {
  const details = readText(error, 'details');
  if (details === undefined || message === undefined || readText(error, 'hint') === undefined) return undefined;
  if (message.startsWith('AbortError: ')) return 'cancelled';
  if (message.startsWith('TimeoutError: ')) return 'timeout';
  if (message !== 'TypeError: fetch failed' && message !== 'TypeError: terminated') return undefined;
  for (const [, errno] of details.slice(0, 2048).matchAll(/\(([A-Z][A-Z0-9_]{2,47})\)/g)) {
    const kind = KIND_BY_ERRNO.get(errno);
    if (kind) return kind;
  }
  return details.slice(0, 2048).includes('unknown scheme') ? 'misconfigured' : 'network';
}

/** By the number of libcurl: hosts, connections and answers that broke, then certificates. */
const CURL: ReadonlyMap<unknown, FailureKind> = new Map<unknown, FailureKind>([
  ...[5, 6, 7, 16, 18, 52, 55, 56, 92].map((code): [number, FailureKind] => [code, 'network']),
  ...[1, 3, 35, 51, 53, 58, 60, 77, 83].map((code): [number, FailureKind] => [code, 'misconfigured']),
  [28, 'timeout'],
]);

function kindOfCurl({ error, code }: Seen): FailureKind | undefined {
  return read(error, 'isCurlError') === true ? CURL.get(code) : undefined;
}

/** Weak: a model that could not be reached, if its cause says nothing. */
export function unreached({ name, error, status, wrapped }: Seen): FailureKind | undefined {
  if (name === 'AI_APICallError')
    return status === undefined && read(error, 'isRetryable') === true ? 'network' : undefined;
  // A `Response.error()`: cohere makes one for whatever its `fetch` throws.
  const raw = wrapped?.responses[0];
  if (read(raw, 'type') !== 'error' || httpStatus(read(raw, 'status')) !== undefined) return undefined;
  return word(read(error, 'cause')) === 'timeout' ? 'timeout' : 'network';
}
