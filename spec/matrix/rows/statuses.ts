import type { Fault } from '#lib/testing/index.js';
import { canary, HEADERS } from '../canaries.js';
import { after, type Group, quota, rateLimited, recovered, rejected, server } from '../row.js';

type Details = Omit<Extract<Fault, { type: 'status' }>, 'type' | 'status'>;

/** An error status with canaries in all that the upstream says. */
function status(code: number, { headers, ...rest }: Details = {}): Fault {
  return {
    type: 'status',
    status: code,
    message: canary('message'),
    param: canary('param'),
    ...rest,
    headers: { ...HEADERS, ...headers },
  };
}

const of = (kind: typeof rejected | typeof server, codes: readonly [code: number, got: string][]): Group['rows'] =>
  codes.map(([code, got]) => ({ fault: `status ${code}`, always: status(code), expected: kind(got) }));

export const statuses: Group = {
  title: 'Error statuses',
  rows: [
    ...of(rejected, [
      [400, 'BadRequestError'],
      [401, 'AuthenticationError'],
      [403, 'PermissionDeniedError'],
      [404, 'NotFoundError'],
    ]),
    ...of(server, [
      [408, 'APIError'],
      [409, 'ConflictError'],
    ]),
    ...of(rejected, [
      [413, 'APIError'],
      [418, 'APIError'],
      [422, 'UnprocessableEntityError'],
      [425, 'APIError'],
    ]),
    ...of(server, [[500, 'InternalServerError']]),
    ...of(rejected, [[501, 'InternalServerError']]),
    ...of(
      server,
      [502, 503, 504, 520, 529].map((code) => [code, 'InternalServerError']),
    ),
    {
      fault: "status 502 with a proxy's error page",
      always: status(502, { body: `<html>${canary('page')}</html>`, headers: { 'content-type': 'text/html' } }),
      quick: true,
      expected: server('InternalServerError'),
    },
    {
      fault: 'status 400 with words of its own for code and type',
      always: status(400, { code: canary('code'), errorType: canary('type') }),
      quick: true,
      expected: rejected('BadRequestError'),
    },
    {
      fault: 'status 503 with a number for a code',
      always: status(503, { code: 503 }),
      expected: server('InternalServerError'),
    },
    {
      fault: 'status 400, `x-should-retry: true`',
      always: status(400, { headers: { 'x-should-retry': 'true' } }),
      expected: server('BadRequestError'),
    },
    {
      fault: 'status 500, `x-should-retry: false`',
      always: status(500, { headers: { 'x-should-retry': 'false' } }),
      expected: rejected('InternalServerError'),
    },
    {
      fault: 'status 503 once',
      first: [status(503)],
      expected: recovered('server'),
    },
  ],
};

const HINT_MS = 120;
const HINT = String(HINT_MS);
const ONCE = after('the hint', HINT_MS);
const LATER = after('the hint', 1000);
const limited = (headers: Details['headers'] = {}, rest: Details = {}): Fault => status(429, { ...rest, headers });

const inTwoSeconds = (): string => new Date(Date.now() + 2000).toUTCString();
const aMinuteAgo = (): string => new Date(Date.now() - 60_000).toUTCString();

export const hints: Group = {
  title: 'Rate limits, quota and hints',
  rows: [
    { fault: '429 without a hint', always: limited(), expected: rateLimited() },
    { fault: '429 once, without a hint', first: [limited()], expected: recovered('rate-limited') },
    {
      fault: '429 once, `retry-after-ms: 120.5`',
      first: [limited({ 'retry-after-ms': '120.5' })],
      quick: true,
      expected: recovered('rate-limited', ONCE),
    },
    {
      fault: '429 once, `retry-after: 1`',
      first: [limited({ 'retry-after': '1' })],
      expected: recovered('rate-limited', LATER),
    },
    {
      fault: '429 once, `retry-after` with a date',
      first: [() => limited({ 'retry-after': inTwoSeconds() })],
      expected: recovered('rate-limited', LATER),
    },
    {
      fault: '429 once, `retry-after` with a date that is past',
      first: [() => limited({ 'retry-after': aMinuteAgo() })],
      expected: recovered('rate-limited'),
    },
    {
      fault: '429 once, `retry-after-ms: 120` beside `retry-after: 60`',
      first: [limited({ 'retry-after-ms': HINT, 'retry-after': '60' })],
      expected: recovered('rate-limited', ONCE),
    },
    {
      fault: '429 once, `retry-after: 0`',
      first: [limited({ 'retry-after': '0' })],
      expected: recovered('rate-limited'),
    },
    {
      fault: '429 once, `retry-after` with words',
      first: [limited({ 'retry-after': canary('hint') })],
      expected: recovered('rate-limited'),
    },
    {
      fault: '429 once, `x-ratelimit-reset-requests: 120ms` with none remaining, `-tokens` with some',
      first: [
        limited({
          'x-ratelimit-reset-requests': `${HINT}ms`,
          'x-ratelimit-remaining-requests': '0',
          'x-ratelimit-reset-tokens': '6m0s',
          'x-ratelimit-remaining-tokens': '7',
        }),
      ],
      expected: recovered('rate-limited', ONCE),
    },
    {
      fault: '429, `retry-after-ms: 120` each time',
      always: limited({ 'retry-after-ms': HINT }),
      expected: { ...rateLimited(), takes: after('four hints', 4 * HINT_MS) },
    },
    {
      fault: '429, `retry-after: 60`, which is longer than a call may wait',
      always: limited({ 'retry-after': '60' }),
      quick: true,
      expected: { ...rateLimited('RateLimitedError'), requests: 1 },
    },
    {
      fault: '429, `x-ratelimit-reset-tokens: 6m0s` with none remaining',
      always: limited({ 'x-ratelimit-reset-tokens': '6m0s', 'x-ratelimit-remaining-tokens': '0' }),
      expected: { ...rateLimited('RateLimitedError'), requests: 1 },
    },
    {
      fault: '429, `x-should-retry: false`',
      always: limited({ 'x-should-retry': 'false' }),
      expected: rejected('RateLimitError'),
    },
    {
      fault: '429 once, `x-should-retry: true`',
      first: [limited({ 'x-should-retry': 'true' })],
      expected: recovered('rate-limited'),
    },
    {
      fault: '503 once, `retry-after-ms: 120`',
      first: [status(503, { headers: { 'retry-after-ms': HINT } })],
      settings: { retry: { maxWait: '2s' } },
      expected: recovered('server', ONCE),
    },
    {
      fault: '503 once, `retry-after: 1`',
      first: [status(503, { headers: { 'retry-after': '1' } })],
      settings: { retry: { maxWait: '2s' } },
      expected: recovered('server', LATER),
    },
    {
      fault: '503, `retry-after: 60`, which is longer than a retry may wait',
      always: status(503, { headers: { 'retry-after': '60' } }),
      expected: { ...server('InternalServerError'), requests: 1 },
    },
    {
      fault: 'quota: type and code `insufficient_quota`',
      always: { type: 'quota', message: canary('message') },
      expected: quota(),
    },
    {
      fault: 'quota: type alone',
      always: limited({}, { code: null, errorType: 'insufficient_quota' }),
      quick: true,
      expected: quota(),
    },
    ...['credit_balance_exhausted', 'billing_hard_limit_reached', 'billing_not_active'].map((code) => ({
      fault: `quota: code \`${code}\``,
      always: { type: 'quota', code, message: canary('message') } as const,
      expected: quota(),
    })),
    {
      fault: 'quota, `x-should-retry: true` and `retry-after: 1`',
      always: limited({ 'x-should-retry': 'true', 'retry-after': '1' }, { code: 'insufficient_quota' }),
      expected: quota(),
    },
  ],
};
