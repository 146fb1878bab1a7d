// The codes of the system, Node, undici, TLS and other runtimes, and the messages of `fetch` errors without a code.
import type { FailureKind } from '../../core/failure.js';
import { nodeModule } from '../../core/without-node.js';
import { classNameOf, read, readText, word } from '../reading.js';
import type { Seen } from '../seen.js';
import { kindsOf, kindsOfTexts } from './table.js';

export const KIND_BY_ERRNO = kindsOf({
  timeout: `ETIMEDOUT ESOCKETTIMEDOUT ETIME ETIMEOUT ERR_SOCKET_CONNECTION_TIMEOUT ERR_HTTP_REQUEST_TIMEOUT
    ERR_TLS_HANDSHAKE_TIMEOUT ERR_SOCKET_TIMEOUT
    ECONNECTIONTIMEOUT EIDLETIMEOUT ERESPONSETIMEOUT ETRANSFERTIMEOUT UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT`,
  network: `ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ENOTFOUND EAI_AGAIN EAI_NODATA EAI_NONAME EAI_FAIL
    ESERVFAIL EREFUSED EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN ENETRESET EADDRNOTAVAIL ENOTCONN ESHUTDOWN
    UND_ERR_SOCKET UND_ERR_RES_CONTENT_LENGTH_MISMATCH UND_ERR_DESTROYED UND_ERR_CLOSED UND_ERR_HEADERS_OVERFLOW
    ERR_STREAM_PREMATURE_CLOSE ERR_SOCKET_CLOSED ERR_SOCKET_CLOSED_BEFORE_CONNECTION Z_BUF_ERROR Z_DATA_ERROR
    ERR_HTTP2_STREAM_ERROR ERR_HTTP2_SESSION_ERROR ERR_HTTP2_GOAWAY_SESSION ERR_HTTP2_PING_CANCEL
    ERR_HTTP2_ERROR ERR_HTTP2_OUT_OF_STREAMS ERR_HTTP2_SOCKET_UNBOUND
    ConnectionRefused ConnectionClosed ConnectionReset FailedToOpenSocket`,
  misconfigured: `ERR_INVALID_URL ERR_INVALID_PROTOCOL ERR_UNSUPPORTED_PROTOCOL ERR_HTTP2_UNSUPPORTED_PROTOCOL ERR_INVALID_CHAR ERR_UNESCAPED_CHARACTERS EPROTO
    UND_ERR_INVALID_ARG UND_ERR_NOT_SUPPORTED UND_ERR_REQ_CONTENT_LENGTH_MISMATCH DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_VERIFY_LEAF_SIGNATURE
    UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_GET_CRL UNABLE_TO_DECRYPT_CERT_SIGNATURE
    UNABLE_TO_DECRYPT_CRL_SIGNATURE UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY HOSTNAME_MISMATCH INVALID_CA INVALID_PURPOSE
    PATH_LENGTH_EXCEEDED ERROR_IN_CERT_NOT_AFTER_FIELD ERROR_IN_CERT_NOT_BEFORE_FIELD CRL_SIGNATURE_FAILURE
    CRL_NOT_YET_VALID CRL_HAS_EXPIRED CERT_HAS_EXPIRED CERT_NOT_YET_VALID CERT_SIGNATURE_FAILURE CERT_UNTRUSTED
    CERT_REJECTED CERT_REVOKED CERT_CHAIN_TOO_LONG ERR_TLS_CERT_ALTNAME_INVALID ERR_TLS_CERT_ALTNAME_FORMAT
    ERR_TLS_INVALID_PROTOCOL_VERSION ERR_SSL_WRONG_VERSION_NUMBER ERR_SSL_UNSUPPORTED_PROTOCOL
    ERR_SSL_NO_PROTOCOLS_AVAILABLE ERR_SSL_PACKET_LENGTH_TOO_LONG ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION
    ERR_SSL_TLSV1_ALERT_UNKNOWN_CA ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE
    ERR_SSL_TLSV1_UNRECOGNIZED_NAME ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED ERR_SSL_HTTP_REQUEST`,
  cancelled: 'ABORT_ERR ERR_CANCELED UND_ERR_ABORTED',
});

/** Codes of clients that give no kind, but may appear in events: none contains content of a request. */
const OTHER_ERRNOS = kindsOf({
  unknown: `ESOCKET ECONNECTION EDNS EAUTH EENVELOPE
    EMESSAGE ETLS ECONNCLOSED ENOTOPEN ELOGIN EREQUEST ERR_NETWORK ERR_HTTP2_STREAM_CANCEL ERR_BAD_REQUEST ERR_BAD_RESPONSE
    ERR_NON_2XX_3XX_RESPONSE ERR_GOT_REQUEST_ERROR ERR_BODY_PARSE_FAILURE ERR_ACCESS_DENIED ERR_OUT_OF_RANGE
    ERR_INVALID_ARG_TYPE ERR_INVALID_ARG_VALUE ERR_INVALID_STATE ERR_STREAM_DESTROYED ERR_STREAM_WRITE_AFTER_END
    ERR_HTTP_HEADERS_SENT ERR_HTTP_INVALID_HEADER_VALUE ERR_MODULE_NOT_FOUND ERR_ASSERTION ERR_HTTP2_INVALID_SESSION
    ERR_HTTP2_INVALID_STREAM UND_ERR UND_ERR_ABORT UND_ERR_INFO UND_ERR_REQ_RETRY
    UND_ERR_RESPONSE UND_ERR_RES_EXCEEDED_MAX_SIZE UND_ERR_PRX_TLS
    HPE_CLOSED_CONNECTION HPE_CR_EXPECTED HPE_INTERNAL HPE_INVALID_CHUNK_SIZE HPE_INVALID_CONSTANT
    HPE_INVALID_CONTENT_LENGTH HPE_INVALID_EOF_STATE HPE_INVALID_HEADER_TOKEN HPE_INVALID_METHOD HPE_INVALID_STATUS
    HPE_INVALID_TRANSFER_ENCODING HPE_INVALID_URL HPE_INVALID_VERSION HPE_LF_EXPECTED HPE_STRICT HPE_HEADER_OVERFLOW
    HPE_UNEXPECTED_CONTENT_LENGTH HPE_UNEXPECTED_SPACE HPE_USER`,
});

let ofSystem: object | undefined;

/** True for a code that gives no kind, but may appear in events: of a client, or of the system, such as `ENOSPC`. */
function isOther(text: string | undefined): boolean {
  if (text === undefined) return false;
  ofSystem ??= Object(read(nodeModule('node:os').constants, 'errno')) as object;
  return OTHER_ERRNOS.has(text) || Object.hasOwn(ofSystem, text);
}

/** True if events may hold the code: it is on a list. */
export const isErrno = (text: string | undefined): boolean => KIND_BY_ERRNO.has(text) || isOther(text);

export function kindOfErrno(errno: string): FailureKind | undefined {
  const exact = KIND_BY_ERRNO.get(errno);
  if (exact) return exact;
  // OpenSSL has hundreds of codes, so their prefix decides. `HPE_`: the upstream sent invalid HTTP.
  if (errno.startsWith('ERR_SSL_') || errno.startsWith('ERR_TLS_') || errno.startsWith('CERT_')) return 'misconfigured';
  return errno.startsWith('HPE_') ? 'network' : undefined;
}

/**
 * The system code. Clients keep it in different fields: nodemailer has its own code in `code`; older clients have the
 * word in `errno`.
 */
export function errnoIn({ code, errno, error }: Seen): string | undefined {
  if (typeof code === 'string') {
    if (KIND_BY_ERRNO.has(code)) return code;
    const original = KIND_BY_WEAK_CODE.has(code) ? readText(error, 'originalCode') : undefined;
    if (isErrno(original)) return original;
    const own = word(code);
    if (own !== undefined && (isOther(own) || kindOfErrno(own))) return own;
  }
  return typeof errno === 'string' && isErrno(errno) ? errno : undefined;
}

export function kindOfNode(seen: Seen): FailureKind | undefined {
  const errno = errnoIn(seen);
  if (errno === undefined) return undefined;
  const { message, error } = seen;
  // axios and superagent use this code when they end a request that took too long.
  if (errno === 'ECONNABORTED') {
    const isTimeout = typeof read(error, 'timeout') === 'number' || /timeout/i.test(message?.slice(0, 128) ?? '');
    return isTimeout ? 'timeout' : 'network';
  }
  // A DNS resolver that does not answer is a network failure; otherwise the code means a client's own time limit.
  if (errno === 'ETIMEOUT' && readText(error, 'syscall')?.startsWith('query')) return 'network';
  return kindOfErrno(errno);
}

/** Codes of clients that hide the system code. Used only if the causes give no kind. */
export const KIND_BY_WEAK_CODE = kindsOf({
  network: 'ERR_NETWORK ERR_HTTP2_STREAM_CANCEL ESOCKET ECONNECTION EDNS ECONNCLOSED ENOTOPEN REQUEST_SEND_ERROR',
  misconfigured: 'ETLS',
});

/** The start of `fetch`'s messages about an invalid header and about a URL with a password. */
const REFUSED_BY_FETCH = /^(Headers\.\w{1,16}: |Request cannot be constructed from a URL that includes credentials)/;

const MISTAKE_BY_MESSAGE = kindsOfTexts({
  misconfigured: [
    ...['unknown scheme', 'bad port', 'Failed to parse URL'],
    ...['Only absolute URLs are supported', 'Only HTTP(S) protocols are supported'],
  ],
});

/** The messages of clients about an unknown URL scheme. */
const SCHEME = /^(?:Unsupported protocol |protocol "[^"]{1,20}" is unsupported|Custom endpoint `)/;
const FETCH_SCHEME = /^node-fetch cannot load [^ ]{1,200} URL scheme "/;

/** The messages of OpenSSL and Node about certificates and handshakes: some clients keep only the message. */
const CERTIFICATE =
  /^(?:self[- ]signed certificate|certificate has expired|certificate is not yet valid|unable to verify the first certificate|unable to get (?:local )?issuer certificate|Hostname\/IP does not match certificate's altnames|(?:write EPROTO )?[0-9A-F]{8,16}:error:[0-9A-F]{8}:SSL routines:)/;

export const isUntrusted = (text: string): boolean => CERTIFICATE.test(text.slice(0, 128));

/** `misconfigured` errors without a code: an invalid scheme, URL or header, or an untrusted certificate. */
export function misconfigurationOf({ className, message }: Seen): FailureKind | undefined {
  if (message === undefined) return undefined;
  if (message.length <= 64 && MISTAKE_BY_MESSAGE.has(message)) return 'misconfigured';
  const start = message.slice(0, 256);
  if (isUntrusted(start) || SCHEME.test(start)) return 'misconfigured';
  return className === 'TypeError' && (REFUSED_BY_FETCH.test(start) || FETCH_SCHEME.test(start))
    ? 'misconfigured'
    : undefined;
}

const FETCH_FAILED = kindsOfTexts({
  network: [
    ...['fetch failed', 'terminated', 'Failed to fetch', 'Load failed', 'network error'],
    ...['NetworkError when attempting to fetch resource.', 'Network request failed'],
    ...['error reading a body from connection', 'The network connection was lost.'],
  ],
});

/**
 * The messages of the causes with which undici's `fetch` refuses a request or its answer
 * (https://github.com/nodejs/undici/blob/main/lib/web/fetch/index.js).
 */
const REFUSED_FETCH = kindsOfTexts({
  misconfigured: [
    ...['URL scheme must be a HTTP(S) scheme', 'about scheme is not supported', 'not implemented... yet...'],
    ...['invalid method', 'proxy authentication required'],
  ],
  rejected: ['redirect count exceeded', 'unexpected redirect'],
  malformed: ['integrity mismatch'],
});

/** The classes of bugs: such a cause comes from the code that made the request, or from a stream that was sent. */
const BUG = /^(?:Type|Range|Reference|Syntax|Eval|URI|Assertion)Error$/;

/**
 * A failed `fetch`. Used only if the causes give no kind. A cause that is a bug gives none. Deno appends the cause to the
 * message.
 */
export function fetchFailed({ className, message, causes: [cause] }: Seen): FailureKind | undefined {
  if (className !== 'TypeError' || message === undefined) return undefined;
  const start = message.slice(0, 64);
  if (/^error (?:sending request for url|reading a body from connection)\b/.test(start)) return 'network';
  const kind = message.length <= 64 ? FETCH_FAILED.get(message) : undefined;
  if (!kind || !cause) return kind;
  return REFUSED_FETCH.get(readText(cause, 'message')) ?? (BUG.test(classNameOf(cause) ?? '') ? undefined : kind);
}
