import { after, type Group, healthy, type Outcome } from '../row.js';

const cancelled: Outcome = {
  kind: 'cancelled',
  requests: 1,
  got: "the caller's reason",
  circuit: 'ignored',
  takes: { words: 'at once', least: 0 },
};

/** Long enough to be found in it. */
const LONG_WAIT = { minWait: '5s', maxWait: '10s' } as const;

export const callers: Group = {
  title: 'The caller',
  rows: [
    {
      fault: 'no fault',
      quick: true,
      expected: healthy,
    },
    {
      fault: 'aborts before the call',
      caller: 'aborts before the call',
      quick: true,
      expected: { ...cancelled, requests: 0 },
    },
    {
      fault: 'aborts while there are no headers',
      always: 'stall',
      caller: 'aborts at the first request',
      expected: cancelled,
    },
    {
      fault: 'aborts inside a body that stalls',
      always: 'body-stall',
      methods: ['embedText', 'generateAnswer'],
      caller: 'aborts at the first request',
      expected: cancelled,
    },
    {
      fault: 'aborts in the wait before a retry',
      always: { type: 'status', status: 503 },
      settings: { retry: LONG_WAIT },
      caller: 'aborts in the first wait',
      expected: { ...cancelled, kind: 'server, then cancelled' },
    },
    {
      fault: 'aborts in the wait for a rate limit',
      always: { type: 'rate-limit', retryAfter: 4 },
      caller: 'aborts in the first wait',
      quick: true,
      expected: { ...cancelled, kind: 'rate-limited, then cancelled' },
    },
    {
      fault: '`AbortSignal.timeout` while there are no headers',
      always: 'stall',
      caller: 'gives it 300 ms',
      expected: { ...cancelled, takes: after("the caller's time", 300) },
    },
    {
      fault: 'aborts after the first chunk',
      always: { type: 'stream-stall' },
      methods: ['streamAnswer'],
      caller: 'aborts after the first chunk',
      expected: { ...cancelled, got: "1 chunk, then the caller's reason" },
    },
    {
      fault: 'leaves after the first chunk',
      methods: ['streamAnswer'],
      caller: 'leaves after the first chunk',
      quick: true,
      expected: { ...healthy, got: '1 chunk', circuit: 'ignored' },
    },
  ],
};
