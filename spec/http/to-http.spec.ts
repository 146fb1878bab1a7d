import { expect } from 'chai';
import createError from 'http-errors';
import { HTTPException } from 'hono/http-exception';
import { NotFoundException } from '@nestjs/common';
import { errorCodes } from 'fastify';
import { toHttp } from '#lib/http/index.js';
import {
  CircuitOpenError,
  ConcurrencyLimitError,
  ConfigurationError,
  DecorationError,
  MalformedResponseError,
  RateLimitedError,
  TimeLimitError,
} from '#lib/index.js';
import { httpError } from '../support/upstream.js';

const UNAVAILABLE = { error: 'Service Unavailable' };
const circuitOpen = (retryAfterMs: number): CircuitOpenError =>
  new CircuitOpenError({ circuit: 'stock', retryAfterMs });
const later = (seconds: number): unknown => ({
  status: 503,
  headers: { 'retry-after': String(seconds) },
  body: { ...UNAVAILABLE, retryAfter: seconds },
});
const plain = (status: number, error: string): unknown => ({ status, headers: {}, body: { error } });

const badGateway = plain(502, 'Bad Gateway');
const gatewayTimeout = plain(504, 'Gateway Timeout');
const internal = plain(500, 'Internal Server Error');

describe('toHttp', () => {
  for (const [what, error, expected] of [
    ['an open circuit, seconds rounded up', circuitOpen(1001), later(2)],
    ['an open circuit whose period is over', circuitOpen(0), later(0)],
    ['an open circuit for at most an hour', circuitOpen(7_200_000), later(3600)],
    ['an isolated circuit without Retry-After', circuitOpen(Infinity), plain(503, 'Service Unavailable')],
    ['a rate limit that is not waited for', new RateLimitedError(59_001), later(60)],
    ['a full bulkhead', new ConcurrencyLimitError(5), later(1)],
    ['a time limit', new TimeLimitError(200), gatewayTimeout],
    ['an answer that is malformed', new MalformedResponseError('no answer'), badGateway],
    ['wrong settings', new ConfigurationError(['openai.apiKey: expected an API key, got none']), internal],
    ['a wrong decorator', new DecorationError(['@RetryOnTransient() stands on a field']), internal],
    ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), badGateway],
    ['a timeout of the client', new DOMException('too long', 'TimeoutError'), gatewayTimeout],
    ['an upstream that is down', httpError(503), badGateway],
    ['a rate limit of the upstream', httpError(429, { headers: { 'retry-after': '7' } }), later(7)],
    ['a rate limit of a day', httpError(429, { headers: { 'retry-after': '86400' } }), later(3600)],
    ['a rate limit without a hint', httpError(429), plain(503, 'Service Unavailable')],
    ['an upstream that rejects our key', httpError(401), internal],
    ['an upstream that finds nothing', httpError(404), internal],
    ['an account without money', httpError(429, { code: 'insufficient_quota' }), internal],
    ['a certificate that has expired', Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' }), internal],
    [
      'a server error with a hint, which is not passed on',
      httpError(503, { headers: { 'retry-after': '7' } }),
      badGateway,
    ],
    ["an error of the application's around a refusal", new Error('no stock', { cause: circuitOpen(500) }), later(1)],
  ] as const) {
    it(`answers to ${what}`, () => {
      expect(toHttp(error)).to.deep.equal(expected);
    });
  }

  it("answers to another copy's refusals, which are not instances of the same classes", () => {
    const foreign = (name: string, extra: object): Error => Object.assign(new Error(name), { name, ...extra });
    const refused = foreign('CircuitOpenError', { circuit: 'stock', retryAfterMs: 1001 });
    expect(toHttp(refused)).to.deep.equal(later(2));
    expect(toHttp(foreign('RateLimitedError', { retryAfterMs: 5000 }))).to.deep.equal(later(5));
    expect(toHttp(foreign('ConcurrencyLimitError', { limit: 5 }))?.status).to.equal(503);
    expect(toHttp(foreign('TimeLimitError', { limitMs: 5 }))).to.deep.equal(gatewayTimeout);
  });

  for (const [what, error] of [
    ['an error of http-errors', createError(404, 'no such book')],
    ['an error of http-errors that hides its message', createError(503, 'out of stock')],
    ['an answer that was caused by a refusal', createError(409, 'later', { cause: circuitOpen(1000) })],
    ["Nest's HttpException", new NotFoundException('no such book')],
    ["Hono's HTTPException", new HTTPException(403, { message: 'not yours' })],
    ["Fastify's own error", new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE('text/csv')],
    ['an error of a schema', Object.assign(new Error('body must be object'), { statusCode: 400, validation: [] })],
    ["Boom's error", Object.assign(new Error('no'), { isBoom: true, status: 404 })],
    ['a bug', new TypeError("Cannot read properties of undefined (reading 'a')")],
    ['a cancelled call', new DOMException('aborted', 'AbortError')],
    ['a missing file', Object.assign(new Error('no such file'), { code: 'ENOENT' })],
    ['a text', 'secret'],
    ['nothing', undefined],
    ['null', null],
  ] as const) {
    it(`does not map ${what}`, () => {
      expect(toHttp(error)).to.equal(undefined);
    });
  }

  it("maps only holdfast's own errors with upstream: false", () => {
    const own = [circuitOpen(1), new RateLimitedError(1), new ConcurrencyLimitError(1), new TimeLimitError(1)];
    const statuses = own.map((error) => toHttp(error, { upstream: false })?.status);
    expect(statuses).to.deep.equal([503, 503, 503, 504]);
    const upstream = [401, 429, 503].map((status) => httpError(status));
    expect(upstream.map((error) => toHttp(error, { upstream: false }))).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("never says a word of the error's own", () => {
    const secret = 'sk-secret-and-what-was-asked';
    for (const status of [400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 503]) {
      const error = httpError(status, { message: secret, error: { message: secret }, headers: { 'x-a': secret } });
      expect(JSON.stringify(toHttp(error)))
        .to.be.a('string')
        .and.not.include(secret);
    }
  });

  it('never throws, whatever it is given', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        getPrototypeOf: () => {
          throw new Error('no');
        },
      },
    );
    const circle = new Error('a');
    circle.cause = circle;
    for (const error of [hostile, circle, new Error('x', { cause: hostile }), () => {}, Symbol('x'), 1n]) {
      expect(toHttp(error)).to.equal(undefined);
    }
  });
});
