import { expect } from 'chai';
import { classify } from '#lib/failures/classify.js';
import { failed, NOW, ofClass } from './support.js';

const named = (name: string, properties: object = {}, message = 'x'): Error => failed({ name, ...properties }, message);
const RATE_LIMIT = '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"7s"}]}}';

/** Errors of a service's own domain, which look like an upstream's and are none. */
const DOMAIN: readonly (readonly [what: string, error: unknown])[] = [
  // Words that clients use, without what stands beside them there.
  ['an order that was aborted', failed({ code: 'ABORTED' })],
  ['an aborted order with a method', failed({ code: 'ABORTED', method: 'card' })],
  ['a code of its own error object', failed({ error: { code: 'timeout' } })],
  ['a text of its own error object', failed({ error: 'timeout' })],
  ['a class called SimpleError', ofClass('SimpleError', {}, 'ERR the price is wrong')],
  ['a class called ConnectionError', ofClass('ConnectionError', {}, 'the pipes do not fit')],
  ['a class called TimeoutException', ofClass('TimeoutException')],
  ['a class called RateLimitError', ofClass('RateLimitError')],
  ['a class called NetworkError', ofClass('NetworkError')],
  ['a class called HTTPError', ofClass('HTTPError')],
  ['a class called CanceledError', ofClass('CanceledError')],
  ['a class called ConflictError', ofClass('ConflictError')],
  ['a class called APIError', ofClass('APIError')],
  ['a name of AWS', named('ThrottlingException')],
  ['another name of AWS', named('LimitExceededException')],
  ['a name of Kafka', named('KafkaJSConnectionError')],
  ['a name of Redis without its words', named('ReplyError', {}, 'the answer was late')],
  ['a channel of AMQP', failed({ code: 320 }, 'Connection closed')],
  ['another channel of AMQP', failed({ code: 504, classId: 60 })],
  ['a bare retriable', failed({ retriable: true })],
  ['a bare retryable', failed({ $retryable: {} })],
  ['a message that is JSON', new Error(RATE_LIMIT)],
  ['a status in a message', new Error('HTTP error! status: 503')],
  ['a code in a message', new Error('connect ECONNREFUSED 127.0.0.1')],
  ...[
    'aborted',
    'timeout',
    'timed out',
    'terminated',
    'network error',
    'cancelled',
    'Connection closed',
    'rate limited',
  ].map((message) => [`"${message}" in a message`, new Error(message)] as const),
  ["an SDK's message alone", new Error('Request timed out.')],
  ["another SDK's message alone", new Error('Connection error.')],
  ["fetch's message alone", new Error('fetch failed')],
  ['a number of gRPC', failed({ code: 14 })],
  ['a number of gRPC with details', failed({ code: 4, details: 'the order took too long' })],
  ['a name of gRPC', failed({ code: 'UNAVAILABLE' })],
  ['a state of SQL', failed({ code: '57P01' })],
  ['another state of SQL', failed({ code: '40001' })],
  ['a severity', failed({ severity: 'high', code: 'AUDIT' })],
  ['a code of Prisma', failed({ code: 'P1001' })],
  ['a reply of a mail server without its command', failed({ responseCode: 451 })],
  ['labels of something else', failed({ errorLabels: ['blue', 'green'] })],
  ['a code of GraphQL that nobody knows', failed({ extensions: { code: 'SOLD_OUT' } })],
  ['a word of Slack without its code', failed({ data: { error: 'ratelimited' } })],
  ['seconds to wait', failed({ retryAfter: 5 })],
  ['a word of postgres.js alone', failed({ code: 'CONNECTION_CLOSED' })],
  // Numbers that are no status.
  ['a number in code', failed({ code: 503 })],
  ['a rate limit in code', failed({ code: 429 })],
  ['a status that is text', failed({ status: '503' })],
  ['a status that is a word', failed({ status: 'error' })],
  ['a status of 0', failed({ status: 0 })],
  ['a status beyond all', failed({ status: 1000 })],
  ['a redirect', failed({ status: 302 })],
  ['a response without a status', failed({ response: { status: 0 } })],
  ['a number in errno', failed({ errno: -111 })],
  // holdfast's names without what belongs to them.
  ["another library's CircuitOpenError", named('CircuitOpenError')],
  ["another library's ConcurrencyLimitError", named('ConcurrencyLimitError')],
  ["another library's TimeLimitError", named('TimeLimitError')],
  ["another library's RateLimitedError", named('RateLimitedError')],
  ["another library's FinalError", named('FinalError', { cause: undefined })],
  // What services throw every day.
  ['a bug', new TypeError('x is not a function')],
  ['a range', new RangeError('Invalid array length')],
  ['an assertion', named('AssertionError', { code: 'ERR_ASSERTION' })],
  ['a wrong argument', failed({ code: 'ERR_INVALID_ARG_TYPE' })],
  ['a file that is not there', failed({ code: 'ENOENT', errno: -2, syscall: 'open' })],
  ['a folder without permission', failed({ code: 'EACCES', errno: -13, syscall: 'mkdir' })],
  ['too many files', failed({ code: 'EMFILE' })],
  ['a module that is not there', failed({ code: 'ERR_MODULE_NOT_FOUND' })],
  ['a schema of zod', named('ZodError', { issues: [{ code: 'invalid_type', path: ['a'] }] })],
  ['a schema of joi', named('ValidationError', { details: [{ type: 'any.required' }] })],
  ['a schema of mongoose', named('ValidationError', { errors: { email: { kind: 'required', message: 'x' } } })],
  ['a token that has expired', named('TokenExpiredError', { expiredAt: new Date(0) })],
  ['a user of Firebase', failed({ code: 'auth/user-not-found' })],
  ['a network of ethers', failed({ code: 'NETWORK_ERROR', event: 'noNetwork' })],
  ['a timeout of ethers', failed({ code: 'TIMEOUT', timeout: 5 })],
  ['a card that was declined', failed({ type: 'StripeCardError', rawType: 'card_error', code: 'card_declined' })],
  ['a Boom of its own', failed({ isBoom: true, output: { statusCode: 503 } })],
  ['a DOMException for a clone', new DOMException('x', 'DataCloneError')],
  ['a DOMException for a quota of storage', new DOMException('x', 'QuotaExceededError')],
  ['a cause that is a text', new Error('x', { cause: 'ECONNRESET' })],
  ['a cause that is a number', new Error('x', { cause: 503 })],
  ['errors that are texts', failed({ errors: ['ECONNRESET', 'timeout'] })],
  ['details that are no error', failed({ detail: { code: 'ECONNRESET' } })],
  ['an original that is no error', failed({ original: { status: 503 } })],
  ['a metadata of its own', failed({ metadata: { retryAfter: 5 } })],
  ['a text', 'ECONNRESET'],
  ['a number', 503],
  ['nothing', undefined],
  ['null', null],
];

describe("Errors of a service's own domain", () => {
  for (const [what, error] of DOMAIN) {
    it(`stay unknown: ${what}`, () => {
      const { kind, transient, retryAfterMs } = classify(error, NOW);
      expect({ kind, transient, retryAfterMs }).to.deep.equal({
        kind: 'unknown',
        transient: false,
        retryAfterMs: undefined,
      });
    });
  }

  it('are listed in a number that means something', () => {
    expect(DOMAIN.length).to.be.at.least(59);
    expect(new Set(DOMAIN.map(([what]) => what)).size).to.equal(DOMAIN.length);
  });
});
