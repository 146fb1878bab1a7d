import { checks, failed, ofClass } from '../support.js';

const headers = { 'content-type': 'application/json' };
const limited = { 'retry-after': '7' };

describe('A status', () => {
  describe('is read wherever a client keeps it', () => {
    checks([
      ['status', failed({ status: 503 }), 'server'],
      ['statusCode', failed({ statusCode: 503 }), 'server'],
      ['response.status', failed({ response: { status: 503 } }), 'server'],
      ['response.statusCode, as got has it', failed({ response: { statusCode: 503 } }), 'server'],
      ['$metadata.httpStatusCode', failed({ $metadata: { httpStatusCode: 429 } }), 'rate-limited'],
      ['$response.statusCode', failed({ $response: { statusCode: 503 } }), 'server'],
      ['rawResponse.status', failed({ rawResponse: { status: 503 } }), 'server'],
      ['httpResponse.status', failed({ httpResponse: { status: 503 } }), 'server'],
      ['meta.statusCode', failed({ meta: { statusCode: 503 } }), 'server'],
      ['data.httpStatus, as tRPC has it', failed({ data: { httpStatus: 503 } }), 'server'],
      ['a numeric code beside a response', failed({ code: 503, response: { headers } }), 'server'],
      ['a numeric code beside a body', failed({ code: 429, response: { body: 'x' } }), 'rate-limited'],
      ['a numeric code alone', failed({ code: 503 }), 'unknown'],
      ['a numeric code below 400 beside a response', failed({ code: 302, response: { headers } }), 'unknown'],
      ['status_code', failed({ status_code: 503 }), 'server'],
      ['httpStatus', failed({ httpStatus: 503 }), 'server'],
      ['httpStatusCode', failed({ httpStatusCode: 503 }), 'server'],
      ['res.statusCode', failed({ res: { statusCode: 503 } }), 'server'],
      ['a numeric code beside headers, as Cosmos has it', failed({ code: 429, headers: {} }), 'rate-limited'],
      ['response.error_code, as Telegram has it', failed({ response: { ok: false, error_code: 429 } }), 'rate-limited'],
      ['error_code beside a description', failed({ error_code: 429, description: 'x' }), 'rate-limited'],
      ['error_code alone', failed({ error_code: 429 }), 'unknown'],
      ['a response that was thrown itself', new Response('x', { status: 502 }), 'server'],
      ['the upstream under a Boom', failed({ isBoom: true, data: { res: { statusCode: 503, headers } } }), 'server'],
      ['the last of several hosts', failed({ stackTrace: [{}, { response: { status: 503, headers } }] }), 'server'],
    ]);
  });

  describe('of less than 400 decides nothing', () => {
    checks([
      ['200 beside ECONNRESET', failed({ status: 200, code: 'ECONNRESET' }), 'network'],
      [
        '200 of a body that was cut',
        failed({ code: 'ERR_BAD_RESPONSE', response: { status: 200, headers } }, 'stream has been aborted'),
        'network',
      ],
      ['200 that could not be parsed', Object.assign(new SyntaxError('x'), { status: 200 }), 'malformed'],
      ['302', failed({ status: 302 }), 'unknown'],
    ]);
  });

  describe('of 400 and more is believed before names', () => {
    checks([
      ['503 that a client failed to parse', Object.assign(new SyntaxError('x'), { status: 503 }), 'server'],
      ['404 under the name of a timeout', failed({ name: 'TimeoutError', status: 404, headers }), 'rejected'],
    ]);
  });

  describe('decides by its number', () => {
    checks([
      ...[500, 502, 503, 504, 529, 599, 408].map((status) => [`${status}`, failed({ status }), 'server'] as const),
      ...[400, 401, 403, 404, 405, 410, 413, 418, 422, 425, 451, 501].map(
        (status) => [`${status}`, failed({ status }), 'rejected'] as const,
      ),
      ['402', failed({ status: 402 }), 'quota'],
      ['429', failed({ status: 429 }), 'rate-limited'],
    ]);
  });

  describe('of 409 is transient only for who means it', () => {
    const sdk = { status: 409, headers: new Headers(), requestID: null, error: { message: 'x' } };
    checks([
      ['a conflict', failed({ status: 409 }), 'rejected'],
      ['a conflict with headers and a body', failed({ status: 409, headers, body: '{}' }), 'rejected'],
      ['a conflict of a class of that name', ofClass('ConflictError', { status: 409 }), 'rejected'],
      ['a conflict that asks for a retry', failed({ status: 409, headers: { 'x-should-retry': 'true' } }), 'server'],
      [
        'a lock of Stripe that asks for a retry',
        failed({ statusCode: 409, headers: { 'stripe-should-retry': 'true' } }),
        'server',
      ],
      [
        'a conflict of Stripe',
        failed({ type: 'StripeAPIError', rawType: 'api_error', statusCode: 409, headers }),
        'server',
      ],
      ['a conflict of a generated SDK', ofClass('ConflictError', sdk), 'server'],
      ['a conflict of a generated SDK in a minified bundle', ofClass('t', sdk), 'server'],
      ['a conflict of an older generated SDK', ofClass('ConflictError', { status: 409, headers, error: {} }), 'server'],
    ]);
  });

  describe('is overruled by the upstream', () => {
    checks([
      ['x-should-retry: false', failed({ status: 503, headers: { 'x-should-retry': 'false' } }), 'rejected'],
      ['stripe-should-retry: false', failed({ status: 503, headers: { 'stripe-should-retry': 'false' } }), 'rejected'],
      ['x-should-retry: true', failed({ status: 400, headers: { 'x-should-retry': 'true' } }), 'server'],
      ['403 with Retry-After', failed({ status: 403, headers: limited }), 'rate-limited'],
      [
        '403 with no remaining requests',
        failed({ status: 403, headers: { 'x-ratelimit-remaining': '0' } }),
        'rate-limited',
      ],
      ['403 with remaining requests', failed({ status: 403, headers: { 'x-ratelimit-remaining': '9' } }), 'rejected'],
      ['413 with Retry-After', failed({ status: 413, headers: limited }), 'rate-limited'],
      ['425 with Retry-After', failed({ status: 425, headers: limited }), 'rate-limited'],
      ['404 with Retry-After', failed({ status: 404, headers: limited }), 'rejected'],
    ]);
  });

  describe('that nobody answered is overruled by what happened', () => {
    const over = (cause: unknown): Error => failed({ name: 'HttpError', status: 500, cause });
    checks([
      ['500 over a refused connection', over(failed({ code: 'ECONNREFUSED' })), 'network'],
      [
        '500 over a certificate',
        over(new TypeError('fetch failed', { cause: failed({ code: 'CERT_HAS_EXPIRED' }) })),
        'misconfigured',
      ],
      ['500 over a timeout', over(new DOMException('x', 'TimeoutError')), 'timeout'],
      ['500 written onto an abort', Object.assign(new DOMException('x', 'AbortError'), { status: 500 }), 'cancelled'],
      ['500 over a bug', over(new RangeError('x')), 'server'],
      ['500 over a failure that fetch does not explain', over(new TypeError('fetch failed')), 'network'],
      ['500 over JSON that cannot be parsed', over(new SyntaxError('x')), 'server'],
      [
        'a status with headers over a refused connection',
        failed({ status: 500, headers, cause: failed({ code: 'ECONNREFUSED' }) }),
        'server',
      ],
      [
        '499 of a response that is an error',
        failed({ rawResponse: { type: 'error', status: 499 }, cause: new DOMException('x', 'AbortError') }),
        'cancelled',
      ],
    ]);
  });
});

describe('Words of a body', () => {
  const quota = { code: 'insufficient_quota' };
  describe('tell a quota from a rate limit, wherever a client keeps the body', () => {
    checks([
      ['error', failed({ status: 429, error: quota }), 'quota'],
      ['error.error', failed({ status: 429, error: { error: quota } }), 'quota'],
      ['data.error', failed({ status: 429, data: { error: quota } }), 'quota'],
      ['body.error', failed({ status: 429, body: { error: quota } }), 'quota'],
      ['body as text', failed({ status: 429, body: JSON.stringify({ error: quota }) }), 'quota'],
      ['responseBody', failed({ statusCode: 429, responseBody: JSON.stringify({ error: quota }) }), 'quota'],
      ['response.data', failed({ response: { status: 429, data: { error: quota } } }), 'quota'],
      ['response.body', failed({ response: { statusCode: 429, body: JSON.stringify({ error: quota }) } }), 'quota'],
      ['response._data', failed({ response: { status: 429, _data: { error: quota } } }), 'quota'],
      ['a message that is JSON', failed({ status: 429 }, JSON.stringify({ error: quota })), 'quota'],
      ['the payload of a Boom', failed({ data: { res: { statusCode: 429 }, payload: { error: quota } } }), 'quota'],
      ['a 403', failed({ status: 403, error: quota }), 'quota'],
      [
        'a limit of a day, as Google writes it',
        failed({ status: 429, error: { details: [{ violations: [{ quotaId: 'RequestsPerDayPerProject' }] }] } }),
        'quota',
      ],
      [
        'a limit of a minute',
        failed({ status: 429, error: { details: [{ violations: [{ quotaId: 'RequestsPerMinutePerProject' }] }] } }),
        'rate-limited',
      ],
      [
        "Google's reason for a 403",
        failed({ status: 403, response: { data: { error: { errors: [{ reason: 'userRateLimitExceeded' }] } } } }),
        'rate-limited',
      ],
      [
        "Google's reason for a 403 of a day",
        failed({ status: 403, errors: [], error: { errors: [{ reason: 'dailyLimitExceeded' }] } }),
        'quota',
      ],
    ]);
  });

  describe('decide nothing', () => {
    checks([
      ['without a status', failed({ error: quota }), 'unknown'],
      ['under a server error', failed({ status: 503, error: quota }), 'server'],
      [
        'in a text of their own within a message',
        failed({ status: 429 }, '{"error":{"message":"the code is \\"code\\":\\"insufficient_quota\\""}}'),
        'rate-limited',
      ],
      [
        'beyond two kilobytes',
        failed({ status: 429, body: `{"pad":"${'x'.repeat(2048)}","code":"insufficient_quota"}` }),
        'rate-limited',
      ],
      [
        'in a stream',
        failed({ status: 429, response: { data: { pipe: () => undefined, error: quota } } }),
        'rate-limited',
      ],
      ['that are unknown', failed({ status: 400, error: { code: 'my_code', type: 'my_type' } }), 'rejected'],
    ]);
  });
});
