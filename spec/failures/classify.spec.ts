import { expect } from 'chai';
import { CircuitOpenError, ConcurrencyLimitError, classify, isTransient } from '#lib/index.js';

class APIConnectionError extends Error {}
class APIConnectionTimeoutError extends APIConnectionError {}
class APIUserAbortError extends Error {}
class OpenAIError extends Error {}
class HTTPParserError extends Error {}

const withCode = (code: unknown, extra: object = {}): Error => Object.assign(new Error('secret'), { code, ...extra });
const withStatus = (status: unknown, extra: object = {}): Error =>
  Object.assign(new Error('secret'), { status, ...extra });
const fetchFailed = (cause?: unknown): Error => new TypeError('fetch failed', { cause });
const wrapped = (cause: unknown): Error => new APIConnectionError('Connection error.', { cause });

const table: Record<string, [what: string, error: unknown][]> = {
  cancelled: [
    ['the SDK telling that its caller aborted', new APIUserAbortError('Request was aborted.')],
    [
      'the same with a deadline of the caller as its cause',
      new APIUserAbortError('x', { cause: new DOMException('x', 'TimeoutError') }),
    ],
    ['an AbortError', new DOMException('This operation was aborted', 'AbortError')],
    ['ABORT_ERR', withCode('ABORT_ERR')],
  ],
  timeout: [
    ["the SDK's timeout", new APIConnectionTimeoutError('Request timed out.')],
    [
      "the SDK's timeout, caused by its own abort",
      new APIConnectionTimeoutError('x', { cause: new DOMException('x', 'AbortError') }),
    ],
    ['a TimeoutError', new DOMException('x', 'TimeoutError')],
    ['ETIMEDOUT', wrapped(fetchFailed(withCode('ETIMEDOUT')))],
    ['a connect timeout', wrapped(fetchFailed(withCode('UND_ERR_CONNECT_TIMEOUT')))],
    ['a headers timeout', fetchFailed(withCode('UND_ERR_HEADERS_TIMEOUT'))],
    ['a body timeout', new TypeError('terminated', { cause: withCode('UND_ERR_BODY_TIMEOUT') })],
  ],
  network: [
    ['a refused connection', wrapped(fetchFailed(withCode('ECONNREFUSED')))],
    [
      'a refused connection on two addresses',
      wrapped(fetchFailed(new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]))),
    ],
    ['a reset', wrapped(fetchFailed(withCode('ECONNRESET')))],
    ['a connection closed by the other side', wrapped(fetchFailed(withCode('UND_ERR_SOCKET')))],
    ['a body that is cut', new TypeError('terminated', { cause: withCode('UND_ERR_SOCKET') })],
    [
      'a body shorter than it said',
      new TypeError('terminated', { cause: withCode('UND_ERR_RES_CONTENT_LENGTH_MISMATCH') }),
    ],
    ['an unknown host', wrapped(fetchFailed(withCode('ENOTFOUND')))],
    ['a resolver in trouble', wrapped(fetchFailed(withCode('EAI_AGAIN')))],
    ['an unreachable host', withCode('EHOSTUNREACH')],
    ['an unreachable network', withCode('ENETUNREACH')],
    ['an answer that is not HTTP', wrapped(fetchFailed(withCode('HPE_INVALID_CONSTANT')))],
    ['an answer that is not HTTP, where the parser gives no code', wrapped(fetchFailed(new HTTPParserError('x')))],
    ['a connection error without a cause', new APIConnectionError('Connection error.')],
    [
      'a connection error with an empty list of errors',
      Object.assign(new APIConnectionError('Connection error.'), { errors: [] }),
    ],
    ['a fetch that failed without a cause', fetchFailed()],
    ['a pipe that broke', withCode('EPIPE')],
    ['a failure of HTTP/2', withCode('ERR_HTTP2_STREAM_ERROR')],
  ],
  server: [
    ...[408, 500, 502, 503, 504, 529, 599].map((status): [string, unknown] => [`status ${status}`, withStatus(status)]),
    ['a status under another name', Object.assign(new Error('x'), { statusCode: 503 })],
    ['a status of a response', Object.assign(new Error('x'), { response: { status: 502 } })],
    ['server_error inside a stream', withCode('server_error', { status: undefined })],
    ['a server_error that only has a type', withCode(null, { type: 'server_error' })],
    ['an overload inside a stream', withCode(undefined, { type: 'overloaded_error' })],
    ['a rejection that says to try again', withStatus(400, { headers: { 'x-should-retry': 'true' } })],
  ],
  'rate-limited': [
    ['status 429', withStatus(429)],
    ['status 429 that says to try again', withStatus(429, { headers: new Headers({ 'x-should-retry': 'true' }) })],
    ['a rate limit inside a stream', withCode('rate_limit_exceeded')],
    ['slow_down inside a stream', withCode('slow_down')],
  ],
  quota: [
    ['insufficient_quota as the code', withStatus(429, { code: 'insufficient_quota' })],
    ['insufficient_quota as the type', withStatus(429, { code: null, type: 'insufficient_quota' })],
    [
      'quota as the type beside another code',
      withStatus(429, { code: 'rate_limit_exceeded', type: 'insufficient_quota' }),
    ],
    ['credit_balance_exhausted', withStatus(429, { code: 'credit_balance_exhausted' })],
    ['billing_hard_limit_reached', withStatus(429, { code: 'billing_hard_limit_reached' })],
    ['quota inside a stream', withCode('insufficient_quota')],
    ['a word of the quota under another status', withStatus(403, { code: 'insufficient_quota' })],
    ['a payment that is required', withStatus(402)],
  ],
  rejected: [
    ...[400, 401, 403, 404, 409, 413, 418, 422, 425, 451].map((status): [string, unknown] => [
      `status ${status}`,
      withStatus(status),
    ]),
    ['status 501', withStatus(501)],
    [
      'a server error whose word not to try again has spaces',
      withStatus(500, { headers: { 'x-should-retry': ' false ' } }),
    ],
    ['a server error that says not to try again', withStatus(500, { headers: new Map([['X-Should-Retry', 'false']]) })],
    ['a rate limit that says not to try again', withStatus(429, { headers: { 'x-should-retry': 'false' } })],
    ['a rejection inside a stream', withCode('invalid_request_error')],
  ],
  malformed: [
    ['an answer that is not JSON', new SyntaxError('Unexpected token < in JSON, secret')],
    ['the word of our own services', Object.assign(new Error('x'), { name: 'MalformedResponseError' })],
  ],
  misconfigured: [
    ['a bad URL', Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' })],
    ['an expired certificate', wrapped(fetchFailed(withCode('CERT_HAS_EXPIRED')))],
    ['a certificate signed by itself', wrapped(fetchFailed(withCode('DEPTH_ZERO_SELF_SIGNED_CERT')))],
    ['a wrong version of TLS', wrapped(fetchFailed(withCode('ERR_SSL_WRONG_VERSION_NUMBER')))],
    ['a certificate of another host', wrapped(fetchFailed(withCode('ERR_TLS_CERT_ALTNAME_INVALID')))],
    ['EPROTO', wrapped(fetchFailed(withCode('EPROTO')))],
    ['an unknown scheme', wrapped(fetchFailed(new Error('unknown scheme')))],
    ['a port that fetch refuses', wrapped(fetchFailed(new Error('bad port')))],
    ['a key that fits no header', new TypeError('Headers.append: "Bearer secret" is an invalid header value.')],
    ['a client without a key', new OpenAIError('Missing credentials. Please pass an `apiKey`')],
    ['a client whose key is empty', new OpenAIError('The apiKey must not be empty')],
    ['a client of another version without a key', new OpenAIError('The OPENAI_API_KEY is missing')],
    ['settings that are wrong', Object.assign(new Error('x'), { name: 'ConfigurationError' })],
  ],
  'circuit-open': [
    ['a circuit further in', new CircuitOpenError({ circuit: 'payments', retryAfterMs: 5 })],
    [
      'a circuit of another copy of the package',
      Object.assign(new Error('x'), { name: 'CircuitOpenError', circuit: 'payments', retryAfterMs: 5 }),
    ],
  ],
  'concurrency-limit': [['a bulkhead further in', new ConcurrencyLimitError(3)]],
  unknown: [
    ['a bug', new TypeError("Cannot read properties of undefined (reading 'x')")],
    ["a bug in the client's own fetch", wrapped(new ReferenceError('x is not defined'))],
    ['undefined', undefined],
    ['null', null],
    ['a string', 'ECONNRESET'],
    ['a number', 503],
    ['a symbol', Symbol('x')],
    ['a function', () => 503],
    ['an empty object', {}],
    ['a status that is none', withStatus('503')],
    ['a status out of range', withStatus(1000)],
    ['a redirect', withStatus(302)],
    ['a code that is a number', withCode(503)],
    ['a code that nobody knows', withCode('E_SECRET')],
    ['an SDK error of another kind', new OpenAIError('stream has ended')],
    ['an SDK error without a message', Object.assign(new OpenAIError('x'), { message: undefined })],
    ['a TypeError without a message', Object.assign(new TypeError('x'), { message: undefined })],
    ['an error of another class that speaks of headers', new Error('Headers.append: "x" is an invalid header value.')],
    ['a TypeError that only mentions headers', new TypeError('x is no function in Headers.append: y')],
    ['an error of another class that speaks of credentials', new Error('Missing credentials')],
    ["an error of another class with fetch's words", new Error('fetch failed')],
    ['a code that has CERT_ within', withCode('NO_CERT_')],
    ['a code that has HPE_ within', withCode('NO_HPE_')],
  ],
};

describe('classify', () => {
  for (const [kind, rows] of Object.entries(table)) {
    for (const [what, error] of rows) {
      it(`takes ${what} for ${kind}`, () => {
        expect(classify(error).kind).to.equal(kind);
      });
    }
  }

  it('calls timeout, network and server transient, and nothing else', () => {
    const transient = Object.keys(table).filter((kind) => table[kind]?.every(([, error]) => isTransient(error)));
    const never = Object.keys(table).filter((kind) => table[kind]?.every(([, error]) => !isTransient(error)));
    expect(transient).to.deep.equal(['timeout', 'network', 'server']);
    expect(never).to.have.lengthOf(Object.keys(table).length - 3);
  });

  it('finds what an error wraps through cause and AggregateError, six deep and no deeper', () => {
    const nest = (depth: number): unknown => {
      return depth === 1
        ? withStatus(503)
        : depth % 2
          ? new Error('x', { cause: nest(depth - 1) })
          : new AggregateError([nest(depth - 1)]);
    };
    expect(classify(nest(7)).kind).to.equal('server');
    expect(classify(nest(8)).kind).to.equal('unknown');
  });

  it('looks at the first sixteen errors of an AggregateError and no more', () => {
    const after = (others: number): unknown =>
      new AggregateError([...Array.from({ length: others }, () => new Error('x')), withStatus(503)]);
    expect(classify(after(15)).kind).to.equal('server');
    expect(classify(after(16)).kind).to.equal('unknown');
  });

  it('believes the outermost error that says something', () => {
    expect(classify(new Error('x', { cause: new DOMException('x', 'TimeoutError') })).kind).to.equal('timeout');
    expect(classify(withStatus(400, { cause: withStatus(503) })).kind).to.equal('rejected');
  });

  it('is told by structure alone: a copy from another realm, or of another module, counts the same', () => {
    const other = { constructor: { name: 'APIConnectionTimeoutError' }, message: 'x' };
    expect(classify(other)).to.include({ kind: 'timeout', errorName: 'APIConnectionTimeoutError' });
  });

  describe('tells', () => {
    it('status, code, errno, request id and the name of the class', () => {
      class RateLimitError extends Error {}
      const error = Object.assign(new RateLimitError('secret'), {
        status: 429,
        code: 'rate_limit_exceeded',
        requestID: 'req_0123456789',
      });
      expect(classify(error)).to.deep.equal({
        kind: 'rate-limited',
        transient: false,
        errorName: 'RateLimitError',
        status: 429,
        code: 'rate_limit_exceeded',
        requestId: 'req_0123456789',
      });
      expect(classify(wrapped(fetchFailed(withCode('ECONNREFUSED'))))).to.deep.equal({
        kind: 'network',
        transient: true,
        errorName: 'APIConnectionError',
        errno: 'ECONNREFUSED',
      });
    });

    it('a status from 100 to 599, and no other number', () => {
      const told = [99, 100, 302, 599, 600, 503.5, '503'].map((status) => classify(withStatus(status)).status);
      expect(told).to.deep.equal([undefined, 100, 302, 599, undefined, undefined, undefined]);
    });

    it('the code before the type, and a word of the quota before any other', () => {
      const codeOf = (code: string, type: string): unknown => classify(withStatus(429, { code, type })).code;
      expect(codeOf('slow_down', 'rate_limit_error')).to.equal('slow_down');
      expect(codeOf('slow_down', 'insufficient_quota')).to.equal('insufficient_quota');
      expect(codeOf('credit_balance_exhausted', 'insufficient_quota')).to.equal('credit_balance_exhausted');
      expect(codeOf('credit_balance_exhausted', 'rate_limit_error')).to.equal('credit_balance_exhausted');
      expect(codeOf('my secret', 'rate_limit_error')).to.equal('rate_limit_error');
    });

    it('only words that it knows', () => {
      class SecretError extends Error {}
      const error = Object.assign(new SecretError('secret'), {
        status: 400,
        code: 'my secret',
        type: 'secret',
        requestID: 'secret id',
        param: 'secret',
      });
      expect(classify(error)).to.deep.equal({ kind: 'rejected', transient: false, status: 400 });
    });

    it('a request id under either name, and from the headers', () => {
      const id = '123e4567-e89b-12d3-a456-426614174000';
      for (const place of [{ requestID: id }, { request_id: id }, { headers: { 'X-Request-Id': id } }])
        expect(classify(withStatus(500, place)).requestId, JSON.stringify(place)).to.equal(id);
    });

    it("errnos that look like the system's, and the few that it knows and look otherwise", () => {
      expect(classify(withCode('EMFILE'))).to.include({ kind: 'unknown', errno: 'EMFILE' });
      expect(classify(withCode('HOSTNAME_MISMATCH'))).to.include({ kind: 'misconfigured', errno: 'HOSTNAME_MISMATCH' });
      expect(classify(withCode('MY_SECRET'))).not.to.have.property('errno');
    });
  });
});
