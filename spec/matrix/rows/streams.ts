import type { Fault } from '#lib/testing/index.js';
import { canary } from '../canaries.js';
import {
  AT_ONCE,
  type Group,
  healthy,
  limits,
  malformed,
  network,
  type Outcome,
  quota,
  rateLimited,
  recovered,
  rejected,
  type Row,
  server,
  timeout,
} from '../row.js';

/** The role, whose text is empty, and two words. */
const LATE = 3;
const late = (kind: (got: string) => Outcome, got: string): Outcome => ({
  ...kind(`2 chunks, then ${got}`),
  requests: 1,
});

type StreamError = Extract<Fault, { type: 'stream-error' }>;

const event = (code: string, rest: Partial<StreamError> = {}): Fault => ({
  type: 'stream-error',
  code,
  errorType: canary('type'),
  message: canary('message'),
  afterChunks: 0,
  ...rest,
});

/** The SDK of version 6 takes a flat error for a chunk, so that it is the service that finds it. */
const FLAT = { 6: 'StreamFailureError', 7: 'APIError' } as const;

/** Codes, and what is expected of each before the first chunk. */
const CODES: readonly [code: string, expected: (got: Outcome['got']) => Outcome][] = [
  ['server_error', server],
  ['overloaded_error', server],
  ['rate_limit_exceeded', rateLimited],
  ['slow_down', rateLimited],
  ['insufficient_quota', quota],
  ['credit_balance_exhausted', quota],
  ['invalid_prompt', rejected],
];

const inside: readonly Row[] = CODES.flatMap(([code, expected]) => [
  {
    fault: `error event \`${code}\` before the first chunk`,
    always: event(code),
    expected: expected('APIError'),
  },
  {
    fault: `error event \`${code}\`, flat, before the first chunk`,
    always: event(code, { shape: 'flat' }),
    expected: expected(FLAT),
  },
]);

const rows: readonly Row[] = [
  {
    fault: 'slow: a pause before each chunk, longer than the limit in all',
    always: { type: 'stream-drip', everyMs: 40 },
    hurried: true,
    expected: healthy,
  },
  {
    fault: 'reset before the first chunk',
    always: { type: 'stream-cut', afterChunks: 0 },
    expected: network('TypeError'),
  },
  {
    fault: 'reset after the role',
    always: { type: 'stream-cut', afterChunks: 1 },
    expected: network('TypeError'),
  },
  {
    fault: 'closed before the first chunk',
    always: { type: 'stream-cut', afterChunks: 0, by: 'fin' },
    expected: network('TypeError'),
  },
  {
    fault: 'reset before the first chunk, once',
    first: [{ type: 'stream-cut', afterChunks: 0 }],
    expected: recovered('network'),
  },
  {
    fault: 'reset after two chunks',
    always: { type: 'stream-cut', afterChunks: LATE },
    quick: true,
    expected: late(network, 'TypeError'),
  },
  {
    fault: 'closed after two chunks',
    always: { type: 'stream-cut', afterChunks: LATE, by: 'fin' },
    expected: late(network, 'TypeError'),
  },
  {
    fault: 'a stream whose end is that of the connection, cut short',
    always: { type: 'stream-cut', afterChunks: LATE, by: 'fin', framing: 'close' },
    expected: late(malformed, 'MalformedResponseError'),
  },
  ...inside,
  {
    fault: 'error event with a code that nobody knows',
    always: event(canary('code')),
    expected: { ...rejected('APIError'), kind: 'unknown', circuit: 'ignored' },
  },
  {
    fault: 'error event `server_error` after two chunks',
    always: event('server_error', { afterChunks: LATE }),
    expected: late(server, 'APIError'),
  },
  {
    fault: 'error event `rate_limit_exceeded` after two chunks',
    always: event('rate_limit_exceeded', { afterChunks: LATE }),
    expected: late(rateLimited, 'APIError'),
  },
  {
    fault: 'stall before the first chunk',
    always: { type: 'stream-stall', afterChunks: 0 },
    hurried: true,
    expected: timeout(),
  },
  {
    fault: 'nothing but comments before the first chunk',
    always: { type: 'stream-comments', afterChunks: 0, everyMs: 10 },
    hurried: true,
    expected: timeout(),
  },
  {
    fault: 'stall after two chunks',
    always: { type: 'stream-stall', afterChunks: LATE },
    hurried: true,
    quick: true,
    expected: { ...late(timeout, 'TimeLimitError'), takes: limits(1) },
  },
  {
    fault: 'nothing but comments after two chunks',
    always: { type: 'stream-comments', afterChunks: LATE, everyMs: 10 },
    hurried: true,
    expected: { ...late(timeout, 'TimeLimitError'), takes: limits(1) },
  },
  {
    fault: 'a good end without a `finish_reason`',
    always: { type: 'stream-unfinished', afterChunks: LATE },
    quick: true,
    expected: late(malformed, 'MalformedResponseError'),
  },
  {
    fault: 'a good end without a `finish_reason`, but with `[DONE]`',
    always: { type: 'stream-unfinished', afterChunks: LATE, done: true },
    expected: late(malformed, 'MalformedResponseError'),
  },
  {
    fault: 'a good end before the first chunk',
    always: { type: 'stream-unfinished', afterChunks: 0 },
    expected: { ...malformed(), takes: AT_ONCE },
  },
];

export const streams: Group = {
  title: 'Inside a stream',
  rows: rows.map((row) => ({ ...row, methods: ['streamAnswer'] })),
};
