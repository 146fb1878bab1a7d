// Clients whose errors are known by their name, and by a second field that confirms it.
import type { FailureKind } from '../../core/failure.js';
import { isObject, read, readText, word } from '../reading.js';
import type { Seen } from '../seen.js';
import { kindOfStatus } from './http.js';
import { KIND_BY_WEAK_CODE } from './node.js';
import { isOfPRetry } from './own.js';
import { kindsOf, kindsOfTexts } from './table.js';

/** Names of the platform, and literal names that belong to one library only. */
const KIND_BY_NAME = kindsOf({
  timeout: `TimeoutError CohereTimeoutError KnexTimeoutError MeilisearchRequestTimeOutError RequestTimedOutError KyTimeoutError HeadersTimeoutError BodyTimeoutError ConnectTimeoutError
    ResponseTimeoutError`,
  malformed: `SyntaxError AI_JSONParseError AI_InvalidResponseDataError DeserializationError ResponseParsingError
    ProductNotSupportedError`,
  misconfigured: 'AI_LoadAPIKeyError LoadAPIKeyError AI_LoadSettingError CredentialsProviderError',
  network: 'HTTPParserError',
});

export function kindOfName({ name, className }: Seen): FailureKind | undefined {
  return KIND_BY_NAME.get(name) ?? KIND_BY_NAME.get(className);
}

/** The kind of an abort by anyone. Only the call knows whether its caller aborted. */
export function abortOf(seen: Seen): FailureKind | undefined {
  const { name, className, code, error, type } = seen;
  // Fast path: most errors.
  if (name === 'Error' && code === undefined && type === undefined && className === 'Error') return undefined;
  if (name === 'AbortError' || className === 'AbortError') return isOfPRetry(seen) ? undefined : 'cancelled';
  if (name === 'CanceledError' || className === 'CanceledError')
    return isObject(read(error, 'config')) || readText(error, 'config') !== undefined ? 'cancelled' : undefined;
  if (name === 'RequestAbortedError' && isObject(read(error, 'meta'))) return 'cancelled';
  if (code === 'ABORTED')
    return readText(error, 'method') !== undefined && readText(error, 'url') !== undefined ? 'cancelled' : undefined;
  // node-fetch and libraries based on it.
  if (type === 'request-timeout' || type === 'body-timeout') return 'timeout';
  return type === 'invalid-json' ? 'malformed' : undefined;
}

/**
 * Weak signs, used only if the causes give no kind. Other libraries may use these class names, so each requires a
 * second field.
 */
const WEAK: ReadonlyMap<string | undefined, readonly [kind: FailureKind, mark: string]> = new Map([
  ['ConnectionError', ['network', 'meta']],
  ['NoLivingConnectionsError', ['network', 'meta']],
  ['StripeConnectionError', ['network', 'rawType']],
  ['MongoServerSelectionError', ['network', 'errorLabels']],
  ['SocketError', ['network', 'socket']],
  ['MongooseServerSelectionError', ['network', 'reason']],
  ['QdrantClientResourceExhaustedError', ['rate-limited', 'retry_after']],
  ['ClusterAllFailedError', ['network', 'lastNodeError']],
  ['NoHostAvailableError', ['network', 'innerErrors']],
  ['OperationTimedOutError', ['timeout', 'host']],
]);

/** The only thing that `ws` keeps of the response to its handshake. */
const HANDSHAKE = /^Unexpected server response: (\d{3})$/;

const KIND_BY_MESSAGE = kindsOfTexts({
  network: [
    ...['stream has been aborted', 'socket hang up', 'Premature close', 'other side closed'],
    ...['Socket closed abruptly during opening handshake', 'Unexpected close'],
  ],
  timeout: [
    ...['Heartbeat timeout', 'connect ETIMEDOUT', 'read timeout', 'Body Timeout Error', 'Headers Timeout Error'],
    ...['The operation was aborted due to timeout', 'Opening handshake has timed out', 'Timeout error.'],
    ...['Timeout (control socket)', 'Timeout (data socket)'],
  ],
  cancelled: ['This operation was aborted', 'The operation was aborted.', 'The user aborted a request.'],
  malformed: ['Invalid JSON received from the Stripe API'],
});

export function weakKindOf(seen: Seen): FailureKind | undefined {
  const { name, className, error } = seen;
  const byMessage = KIND_BY_MESSAGE.get(word(seen.message));
  if (byMessage) return byMessage;
  const [kind, mark = ''] = WEAK.get(name) ?? WEAK.get(className) ?? WEAK.get(word(seen.type)) ?? [];
  if (kind && read(error, mark) !== undefined) return kind;
  const { message } = seen;
  if (message?.startsWith('Invalid execution result: result is not object or array.')) return 'malformed';
  const answer = message === undefined ? undefined : HANDSHAKE.exec(message.slice(0, 40))?.[1];
  const chromiumKind = kindOfBrowser(message);
  if (chromiumKind) return chromiumKind;
  if (answer !== undefined) return Number(answer) < 400 ? 'malformed' : kindOfStatus(Number(answer), seen);
  return KIND_BY_WEAK_CODE.get(word(seen.code));
}

/** Chromium's codes, as browser drivers write them into messages. */
const CHROMIUM = /(?:^|\s)net::ERR_([A-Z]{3,12})_/;
const KIND_BY_CHROMIUM = kindsOf({
  network: 'CONNECTION NAME INTERNET ADDRESS EMPTY NETWORK SOCKET HTTP2 QUIC',
  timeout: 'TIMED',
  misconfigured: 'CERT SSL UNKNOWN',
});

function kindOfBrowser(message: string | undefined): FailureKind | undefined {
  const start = message?.slice(0, 64) ?? '';
  return start.includes('net::ERR_') ? KIND_BY_CHROMIUM.get(CHROMIUM.exec(start)?.[1]) : undefined;
}
