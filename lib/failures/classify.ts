import type { Failure, FailureKind } from '../core/failure.js';
import { rateLimitResetMs, retryAfterMs } from './hints.js';
import { causesOf, classNameOf, headersOf, read, readText } from './reading.js';
import {
  isErrno,
  isRequestId,
  KIND_BY_CODE,
  KIND_BY_MESSAGE,
  KIND_BY_NAME,
  kindOfErrno,
  TELLABLE_NAMES,
} from './vocabulary.js';

/** What kind of failure a thrown value is, decided by its structure alone. Never throws, whatever it is given. */
export function classify(error: unknown, now: number): Failure {
  const causes = causesOf(error);
  const kind = first(causes, kindOf) ?? first(causes, weakKindOf) ?? lonelyConnectionError(causes) ?? 'unknown';
  const failure: Told = { kind, transient: kind === 'timeout' || kind === 'network' || kind === 'server' };
  // One after the other: spreading six objects into one would cost more than all that is asked here.
  tell(
    failure,
    'errorName',
    tellable(classNameOf(error), (name) => TELLABLE_NAMES.has(name)),
  );
  tell(failure, 'status', first(causes, statusOf));
  tell(failure, 'code', first(causes, codeOf));
  tell(failure, 'errno', first(causes, errnoOf));
  tell(failure, 'requestId', first(causes, requestIdOf));
  tell(failure, 'retryAfterMs', hintOf(causes, kind, now));
  return failure;
}

type Told = { -readonly [K in keyof Failure]: Failure[K] };

function tell<K extends keyof Told>(failure: Told, key: K, value: Told[K] | undefined): void {
  if (value !== undefined) failure[key] = value;
}

function first<T>(causes: readonly unknown[], look: (cause: unknown) => T | undefined): T | undefined {
  for (const cause of causes) {
    const found = look(cause);
    if (found !== undefined) return found;
  }
  return undefined;
}

function tellable(text: string | undefined, fits: (text: string) => boolean): string | undefined {
  return text !== undefined && fits(text) ? text : undefined;
}

/** What one error of the chain says for certain. */
function kindOf(error: unknown): FailureKind | undefined {
  const name = readText(error, 'name');
  const byName = KIND_BY_NAME.get(classNameOf(error) ?? '') ?? KIND_BY_NAME.get(name ?? '');
  if (byName) return byName;
  const status = statusOf(error);
  if (status !== undefined) return kindOfStatus(status, error);
  const code = codeOf(error);
  if (code !== undefined) return KIND_BY_CODE.get(code);
  return kindOfErrno(readText(error, 'code') ?? '') ?? misconfiguration(error);
}

function kindOfStatus(status: number, error: unknown): FailureKind | undefined {
  const code = codeOf(error);
  if (status === 429 && code !== undefined && KIND_BY_CODE.get(code) === 'quota') return 'quota';
  const shouldRetry = headersOf(error).get('x-should-retry')?.trim();
  if (shouldRetry === 'false') return 'rejected';
  // A rate limit passes with time, and not by asking again.
  if (status === 429) return 'rate-limited';
  if (shouldRetry === 'true' || status === 408 || status === 409 || (status >= 500 && status !== 501)) return 'server';
  return status >= 400 ? 'rejected' : undefined;
}

/** Begins what `fetch` says of a header that cannot be sent, and of a URL with a password. */
const REFUSED_BY_FETCH = /^(Headers\.\w+: |Request cannot be constructed from a URL that includes credentials)/;

/** Mistakes that carry no code: a scheme, a URL or a header that cannot be sent, a client without a key. */
function misconfiguration(error: unknown): FailureKind | undefined {
  const message = readText(error, 'message') ?? '';
  if (KIND_BY_MESSAGE.get(message) === 'misconfigured') return 'misconfigured';
  if (classNameOf(error) === 'TypeError' && REFUSED_BY_FETCH.test(message)) return 'misconfigured';
  return classNameOf(error) === 'OpenAIError' && /api.?key|credentials/i.test(message) ? 'misconfigured' : undefined;
}

/** `fetch failed` and `terminated` mean the network, unless what caused them is something else. */
function weakKindOf(error: unknown): FailureKind | undefined {
  return classNameOf(error) === 'TypeError' ? KIND_BY_MESSAGE.get(readText(error, 'message') ?? '') : undefined;
}

/** The SDK wraps everything its `fetch` throws, a bug in a custom `fetch` too: only without a cause it is the network. */
function lonelyConnectionError(causes: readonly unknown[]): FailureKind | undefined {
  return causes.length === 1 && classNameOf(causes[0]) === 'APIConnectionError' ? 'network' : undefined;
}

function statusOf(error: unknown): number | undefined {
  return (
    httpStatus(read(error, 'status')) ??
    httpStatus(read(error, 'statusCode')) ??
    httpStatus(read(read(error, 'response'), 'status'))
  );
}

function httpStatus(status: unknown): number | undefined {
  return Number.isInteger(status) && (status as number) >= 100 && (status as number) < 600
    ? (status as number)
    : undefined;
}

/** The upstream's word for what went wrong, when it is a known one. Quota says most, then the code, then the type. */
function codeOf(error: unknown): string | undefined {
  const [code, type] = [knownWord(error, 'code'), knownWord(error, 'type')];
  return isQuota(type) && !isQuota(code) ? type : (code ?? type);
}

function knownWord(error: unknown, key: string): string | undefined {
  return tellable(readText(error, key), (word) => KIND_BY_CODE.has(word));
}

function isQuota(word: string | undefined): boolean {
  return word !== undefined && KIND_BY_CODE.get(word) === 'quota';
}

function errnoOf(error: unknown): string | undefined {
  return tellable(readText(error, 'code'), isErrno);
}

function requestIdOf(error: unknown): string | undefined {
  return tellable(
    readText(error, 'requestID') ?? readText(error, 'request_id') ?? headersOf(error).get('x-request-id'),
    isRequestId,
  );
}

function hintOf(causes: readonly unknown[], kind: FailureKind, now: number): number | undefined {
  return first(causes, (error) => {
    const own = read(error, 'retryAfterMs');
    if (typeof own === 'number' && own >= 0) return own;
    const headers = headersOf(error);
    return retryAfterMs(headers, now) ?? (kind === 'rate-limited' ? rateLimitResetMs(headers) : undefined);
  });
}
