import { expect } from 'chai';
import { classify } from '#lib/failures/classify.js';
import { checks, failed, NOW } from '../support.js';

const fetchFailed = (message: string): Error => new TypeError(message);

describe('Codes of the system and of the runtime', () => {
  describe('decide by their list', () => {
    checks([
      ...['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ERR_TLS_HANDSHAKE_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'ETIMEOUT'].map(
        (code) => [code, failed({ code }), 'timeout'] as const,
      ),
      ...['ECONNRESET', 'ENOTCONN', 'ERR_SOCKET_CLOSED', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'Z_BUF_ERROR'].map(
        (code) => [code, failed({ code }), 'network'] as const,
      ),
      ...[
        'ESERVFAIL',
        'EREFUSED',
        'EAI_AGAIN',
        'HPE_INVALID_CONSTANT',
        'ConnectionRefused',
        'ERR_HTTP2_STREAM_ERROR',
      ].map((code) => [code, failed({ code }), 'network'] as const),
      ...['CERT_HAS_EXPIRED', 'ERR_SSL_NOT_IN_ANY_LIST', 'ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO'].map(
        (code) => [code, failed({ code }), 'misconfigured'] as const,
      ),
      ...['ERR_UNSUPPORTED_PROTOCOL', 'ERR_INVALID_URL', 'INVALID_CA'].map(
        (code) => [code, failed({ code }), 'misconfigured'] as const,
      ),
      ...['ERR_HTTP2_INVALID_SESSION', 'ERR_HTTP2_INVALID_HEADER_VALUE', 'ENOENT', 'EMFILE'].map(
        (code) => [code, failed({ code }), 'unknown'] as const,
      ),
      ['a resolver that does not answer', failed({ code: 'ETIMEOUT', syscall: 'queryA' }), 'network'],
      ['a word in errno', failed({ errno: 'ECONNREFUSED' }), 'network'],
      ['a number in errno', failed({ errno: -111 }), 'unknown'],
      [
        'a stream of HTTP/2 over a certificate',
        failed({ code: 'ERR_HTTP2_STREAM_CANCEL', cause: failed({ code: 'CERT_HAS_EXPIRED' }) }),
        'misconfigured',
      ],
      [
        'a reset over a certificate',
        failed({ code: 'ECONNRESET', cause: failed({ code: 'CERT_HAS_EXPIRED' }) }),
        'misconfigured',
      ],
      ['a reset over a bug', failed({ code: 'ECONNRESET', cause: new RangeError('x') }), 'network'],
      ['a stream of HTTP/2 that was cancelled', failed({ code: 'ERR_HTTP2_STREAM_CANCEL' }), 'network'],
    ]);
  });

  describe('are found behind the words of other runtimes', () => {
    checks([
      ...[
        'Failed to fetch',
        'Load failed',
        'NetworkError when attempting to fetch resource.',
        'Network request failed',
      ].map((message) => [`"${message}"`, fetchFailed(message), 'network'] as const),
      ['what Deno says', fetchFailed('error sending request for url (http://x): connection refused'), 'network'],
      ['what Deno says of a body', fetchFailed('error reading a body from connection: reset'), 'network'],
      ['a certificate that only a message names', failed({}, 'self-signed certificate'), 'misconfigured'],
      [
        'what OpenSSL says',
        failed({}, '80BCA6262B7F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number'),
        'misconfigured',
      ],
      [
        'a scheme that axios does not know',
        failed({ code: 'ERR_BAD_REQUEST' }, 'Unsupported protocol gopher:'),
        'misconfigured',
      ],
      ['a scheme that node-fetch does not know', fetchFailed('Only HTTP(S) protocols are supported'), 'misconfigured'],
    ]);
  });

  it('may be told if they stand in a list, and are not told otherwise', () => {
    const told = (code: string): unknown => classify(failed({ code }), NOW).errno;
    for (const code of ['ECONNRESET', 'ENOENT', 'EMFILE', 'HPE_INVALID_CONSTANT', 'CERT_HAS_EXPIRED', 'UND_ERR_SOCKET'])
      expect(told(code)).to.equal(code);
    for (const code of ['ESECRET', 'ERR_SSL_SECRET', 'HPE_SECRET', 'CERT_SECRET', 'UND_ERR_SECRET', 'ERR_SECRET'])
      expect(told(code), code).to.equal(undefined);
  });
});
