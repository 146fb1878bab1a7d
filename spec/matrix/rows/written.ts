import { canary } from '../canaries.js';
import {
  AT_ONCE,
  type Group,
  healthy,
  limits,
  network,
  type Outcome,
  recovered,
  type Row,
  server,
  timeout,
  type Upload,
} from '../row.js';

const DOWN = { type: 'status', status: 503, message: canary('message') } as const;
/** More than a socket holds: while it lies unread, the socket is busy. */
const LARGE = { ...DOWN, body: canary('page').repeat(100_000) } as const;

const ownLimits: Group = {
  title: "A method's own time limit",
  rows: [
    { fault: 'no fault, an AbortController and a timer', methods: ['askInTime'], expected: healthy },
    {
      fault: 'no headers before an AbortController is aborted by a timer',
      always: 'stall',
      methods: ['askInTime'],
      quick: true,
      expected: timeout('DOMException'),
    },
    {
      fault: 'a body that stalls until an AbortController is aborted by a timer',
      always: 'body-stall',
      methods: ['askInTime'],
      expected: timeout('DOMException'),
    },
    {
      fault: 'no headers once before an AbortController is aborted by a timer',
      first: ['stall'],
      methods: ['askInTime'],
      expected: recovered('timeout', limits(1)),
    },
    {
      fault: 'no headers before `AbortSignal.timeout` of the method',
      always: 'stall',
      methods: ['askWithTimeout'],
      expected: timeout('DOMException'),
    },
    {
      fault: 'the caller aborts before the AbortController of the method',
      always: 'stall',
      methods: ['askInTime'],
      caller: 'aborts at the first request',
      expected: { kind: 'cancelled', requests: 1, got: "the caller's reason", circuit: 'ignored', takes: AT_ONCE },
    },
  ],
};

/** What can be sent once: the first failure is final. */
const once = (outcome: Outcome): Outcome => ({ ...outcome, requests: 1, gaveUp: 'body' });

const ONCE: readonly Upload[] = [
  ...(['fs.createReadStream', 'a PassThrough', 'a web stream', "a Response's body", 'an async generator'] as const),
];
const TWICE: readonly Upload[] = ['a string', 'a Buffer', 'a Blob', 'a FormData'];

const uploading = (upload: Upload, rest: Omit<Row, 'fault' | 'upload'> & { readonly what: string }): Row => {
  const { what, ...row } = rest;
  return { fault: `${what}, the body is ${upload}`, methods: ['upload'], upload, ...row };
};

const uploads: Group = {
  title: 'Uploads',
  rows: [
    ...ONCE.map((upload) => uploading(upload, { what: 'no fault', expected: healthy })),
    ...ONCE.map((upload) =>
      uploading(upload, {
        what: 'status 503',
        always: DOWN,
        ...(upload === 'fs.createReadStream' && { quick: true }),
        expected: once(server('HttpError')),
      }),
    ),
    ...ONCE.map((upload) =>
      uploading(upload, {
        what: 'status 503, one level deep in the argument',
        always: DOWN,
        methods: ['uploadWithin'],
        expected: once(server('HttpError')),
      }),
    ),
    uploading('fs.createReadStream', {
      what: 'reset before the headers',
      always: 'reset',
      expected: once(network('TypeError')),
    }),
    ...TWICE.map((upload) => uploading(upload, { what: 'status 503', always: DOWN, expected: server('HttpError') })),
    ...(['a string', 'a Buffer', 'a Blob'] as const).map((upload) =>
      uploading(upload, { what: 'status 503 once', first: [DOWN], expected: recovered('server') }),
    ),
  ],
};

/** A result that is not wanted has no error to classify. */
const unwanted: Outcome = {
  kind: 'malformed',
  requests: 3,
  got: 'a Response of status 503',
  circuit: 'failure',
  takes: AT_ONCE,
};
const answered = { got: 'a Response of status 200' } as const;

const responses: Group = {
  title: 'Results that are a Response',
  rows: [
    { fault: 'no fault', methods: ['respond'], expected: { ...healthy, ...answered } },
    { fault: 'a Response of status 503', always: DOWN, methods: ['respond'], quick: true, expected: unwanted },
    { fault: 'a Response of status 503 with a large body', always: LARGE, methods: ['respond'], expected: unwanted },
    {
      fault: 'a Response of status 503 with a large body once',
      first: [LARGE],
      methods: ['respond'],
      expected: { ...recovered('malformed'), ...answered },
    },
    {
      fault: 'a Response of status 400',
      always: { ...DOWN, status: 400 },
      methods: ['respond'],
      expected: { ...healthy, got: 'a Response of status 400' },
    },
    { fault: 'reset before the headers', always: 'reset', methods: ['respond'], expected: network('TypeError') },
    {
      fault: 'the caller aborts while there are no headers',
      always: 'stall',
      methods: ['respond'],
      caller: 'aborts at the first request',
      expected: { kind: 'cancelled', requests: 1, got: "the caller's reason", circuit: 'ignored', takes: AT_ONCE },
    },
  ],
};

export const writtenGroups: readonly Group[] = [ownLimits, uploads, responses];
