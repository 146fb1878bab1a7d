// What goes wrong at the sockets: three requests in ten, each in its own way, and everything once in a while.

const FAULTS = [
  'reset',
  'hang-up',
  'not-http',
  'stall',
  'malformed-json',
  'html',
  'empty',
  'error-body',
  'quota',
  { type: 'status', status: 500 },
  { type: 'status', status: 503, headers: { 'retry-after-ms': '20' } },
  { type: 'status', status: 400 },
  { type: 'rate-limit', retryAfterMs: 15 },
  { type: 'body-cut', by: 'reset' },
  { type: 'body-cut', by: 'fin' },
  'body-stall',
  { type: 'body-drip', everyMs: 1 },
  { type: 'stream-cut', afterChunks: 2 },
  { type: 'stream-error', afterChunks: 1 },
  { type: 'stream-stall', afterChunks: 2 },
  { type: 'stream-comments', afterChunks: 1, everyMs: 20 },
  { type: 'stream-unfinished', afterChunks: 2 },
  { type: 'stream-drip', everyMs: 1 },
  'vector-length',
  { type: 'vector-value', value: 'nan' },
  'vector-missing',
];
/** Of these the caller waits for a whole time limit, so that they are rarer. */
const SLOW = new Set(['stall', 'body-stall', 'stream-stall', 'stream-comments']);
const SHARE = 0.3;
/** One second of ten nothing is answered. */
const OUTAGE_MS = 1000;
const PERIOD_MS = 10_000;

/** The rule of a fault server. */
export function mixed(random) {
  const since = Date.now();
  return () => {
    if ((Date.now() - since) % PERIOD_MS > PERIOD_MS - OUTAGE_MS) return { type: 'status', status: 503 };
    if (random() >= SHARE) return 'ok';
    const fault = FAULTS[Math.floor(FAULTS.length * random())];
    return SLOW.has(fault.type ?? fault) && random() < 0.8 ? 'reset' : fault;
  };
}
