// What the fault server does to a request, and what kind of failure that is, whatever client met it.
import { gzipSync } from 'node:zlib';
import { HTML } from './bodies.js';

/** The moment that every date of the fault server is counted from: recordings of two days are alike. */
export const NOW = Date.UTC(2026, 10, 28, 12, 0, 0);
/** Long hints: what a client waits for by itself is cut off by the limit of a cell. */
const HINT_S = 37;
const HINT_MS = HINT_S * 1000;
const LIST = JSON.stringify({ object: 'list', data: Array.from({ length: 40 }, (_, id) => ({ id, at: id * 7919 })) });
const CUT_GZIP = gzipSync(LIST).subarray(0, 120);
const date = (ms) => new Date(NOW + ms).toUTCString();

const answer = (status, { headers = {}, code, type, details, body } = {}) => ({
  status,
  headers,
  code,
  type,
  details,
  body,
});
const hinted = (dialect, headers, mark = String(HINT_S)) => ({
  id: `429 ${dialect}`,
  kind: 'rate-limited',
  status: 429,
  hint: HINT_MS,
  hintMark: mark,
  play: answer(429, { headers }),
});

const plain = (status, kind) => ({ id: String(status), kind, status, play: answer(status) });

const CONNECTION = [
  { id: 'refused', kind: 'network', at: 'closed-port' },
  { id: 'unknown host', kind: 'network', at: 'unknown-host' },
  { id: 'reset before headers', kind: 'network', play: 'reset' },
  { id: 'closed before headers', kind: 'network', play: 'close' },
  { id: 'not HTTP', kind: 'network', play: 'garbage' },
  { id: 'TLS expired', kind: 'misconfigured', tls: 'expired', isTls: true },
  { id: 'TLS self-signed', kind: 'misconfigured', tls: 'self-signed', isTls: true },
  { id: 'TLS of another host', kind: 'misconfigured', tls: 'other-host', isTls: true },
  { id: 'TLS spoken to a plain port', kind: 'misconfigured', tls: 'none', isTls: true },
  { id: 'closed in the TLS handshake', kind: 'network', tls: 'closed' },
];

const TIME = [
  { id: "no headers, the client's timeout", kind: 'timeout', play: 'silence', by: 'client' },
  { id: 'no headers, own AbortController and timer', kind: 'timeout', play: 'silence', by: 'controller' },
  { id: 'no headers, AbortSignal.timeout', kind: 'timeout', play: 'silence', by: 'signal' },
  { id: 'no headers, the caller aborts', kind: 'cancelled', play: 'silence', by: 'caller' },
  { id: "stalled body, the client's timeout", kind: 'timeout', play: 'stall', by: 'client' },
  { id: 'stalled body, own AbortController and timer', kind: 'timeout', play: 'stall', by: 'controller' },
  { id: 'stalled body, the caller aborts', kind: 'cancelled', play: 'stall', by: 'caller' },
];

const BODY = [
  { id: 'closed in the body', kind: 'network', play: 'cut' },
  { id: 'closed in a chunked body', kind: 'network', play: 'cut-chunked' },
  { id: 'reset in the body', kind: 'network', play: 'cut-reset' },
  {
    id: 'cut gzip',
    kind: 'network',
    play: answer(200, { headers: { 'content-encoding': 'gzip' }, body: CUT_GZIP }),
    // Half of what was sent can be unpacked.
    otherwise: ['Z_BUF_ERROR', 'malformed'],
  },
  { id: 'malformed JSON', kind: 'malformed', play: answer(200, { body: '{"id": "x", "object": "li' }) },
  { id: '200 HTML', kind: 'malformed', play: answer(200, { headers: { 'content-type': 'text/html' }, body: HTML }) },
  {
    id: '503 HTML',
    kind: 'server',
    status: 503,
    play: answer(503, { headers: { 'content-type': 'text/html' }, body: HTML }),
  },
  {
    id: '429 HTML',
    kind: 'rate-limited',
    status: 429,
    play: answer(429, { headers: { 'content-type': 'text/html' }, body: HTML }),
  },
];

const STATUSES = [
  ...[400, 401, 403, 404].map((status) => plain(status, 'rejected')),
  plain(402, 'quota'),
  plain(408, 'server'),
  plain(409, 'rejected'),
  ...[413, 422, 425].map((status) => plain(status, 'rejected')),
  plain(429, 'rate-limited'),
  ...[500, 502, 503, 504, 529].map((status) => plain(status, 'server')),
  plain(501, 'rejected'),
  {
    id: '429 quota',
    kind: 'quota',
    status: 429,
    words: ['insufficient_quota', 'billing_error', 'PerDay'],
    play: answer(429, { code: 'insufficient_quota', type: 'insufficient_quota' }),
  },
  {
    id: '503 Retry-After',
    kind: 'server',
    status: 503,
    hint: HINT_MS,
    hintMark: String(HINT_S),
    play: answer(503, { headers: { 'retry-after': String(HINT_S) } }),
  },
  {
    id: '413 Retry-After',
    kind: 'rate-limited',
    status: 413,
    hint: HINT_MS,
    hintMark: String(HINT_S),
    play: answer(413, { headers: { 'retry-after': String(HINT_S) } }),
  },
  {
    id: '403 Retry-After',
    kind: 'rate-limited',
    status: 403,
    hint: HINT_MS,
    hintMark: String(HINT_S),
    play: answer(403, { headers: { 'retry-after': String(HINT_S) } }),
  },
];

const HINTS = [
  hinted('Retry-After', { 'retry-after': String(HINT_S) }),
  hinted('Retry-After, a date', { 'retry-after': date(HINT_MS) }, date(HINT_MS)),
  hinted('two Retry-After', { 'retry-after': ['5', String(HINT_S)] }),
  hinted('retry-after-ms', { 'retry-after-ms': String(HINT_MS) }, String(HINT_MS)),
  hinted('x-ms-retry-after-ms', { 'x-ms-retry-after-ms': String(HINT_MS) }, String(HINT_MS)),
  hinted('RateLimit', { ratelimit: `"default";r=0;t=${HINT_S}` }),
  hinted('RateLimit, the older draft', { ratelimit: `limit=10, remaining=0, reset=${HINT_S}` }),
  hinted('ratelimit-reset', { 'ratelimit-remaining': '0', 'ratelimit-reset': String(HINT_S) }),
  hinted('x-ratelimit-reset-after', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': `${HINT_S}.000` }),
  hinted(
    'x-ratelimit-reset, an epoch',
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String((NOW + HINT_MS) / 1000) },
    String((NOW + HINT_MS) / 1000),
  ),
  hinted('x-ratelimit-reset-requests', {
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': `${HINT_S}s`,
  }),
  hinted('x-ratelimit-reset-tokens, bare seconds', {
    'x-ratelimit-remaining-tokens': '0',
    'x-ratelimit-reset-tokens': `${HINT_S}.0`,
  }),
  hinted(
    'anthropic-ratelimit-requests-reset',
    {
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': new Date(NOW + HINT_MS).toISOString(),
    },
    new Date(NOW + HINT_MS).toISOString(),
  ),
  {
    ...hinted(
      '',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String((NOW + HINT_MS) / 1000) },
      String((NOW + HINT_MS) / 1000),
    ),
    id: '403 x-ratelimit-remaining 0',
    status: 403,
    play: answer(403, {
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String((NOW + HINT_MS) / 1000) },
    }),
  },
];

const MISTAKES = [
  { id: 'an address that is no URL', kind: 'misconfigured', at: 'no-url' },
  { id: 'an unknown scheme', kind: 'misconfigured', at: 'unknown-scheme' },
];

export const HTTP_FAULTS = [...CONNECTION, ...TIME, ...BODY, ...STATUSES, ...HINTS, ...MISTAKES];
