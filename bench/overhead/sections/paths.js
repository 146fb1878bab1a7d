// What a call costs while the upstream is well, rejects, fails for a moment, or is left alone: everyone who does the
// job, beside the same written by hand, in one process for each path.
import { median, measure, ratio } from '../measure.js';
import { allocatedPerCall } from '../allocated.js';
import { OURS, PEERS } from '../subjects/index.js';
import { FALLBACK, REJECTED, THRESHOLD, UNAVAILABLE } from '../subjects/job.js';
import { prove } from '../subjects/proof.js';

const ignore = () => {};

/** How a path is come to: what the upstream does, and what a call is. */
const PATHS = {
  healthy: {
    title: 'Healthy path',
    what: 'the upstream answers at once',
    bare: 'bare call',
    request: () => async (question) => question,
  },
  rejected: {
    title: 'Failing path: handed on',
    what: 'the upstream rejects the call, which is not repeated',
    bare: 'bare call',
    request: () => async () => {
      throw REJECTED;
    },
    call: (ask) => () => ask('question').catch(ignore),
  },
  retried: {
    title: 'Failing path: repeated',
    what: 'the first attempt fails, the second is answered, and there is no wait in between',
    bare: 'two bare calls',
    request: () => {
      let isDown = false;
      return async (question) => {
        isDown = !isDown;
        if (isDown) throw UNAVAILABLE;
        return question;
      };
    },
    call: (ask) => () => ask('question'),
  },
  open: {
    title: 'Open path',
    what: 'the circuit is open and the fallback answers',
    bare: 'resolved promise',
    request: () => async () => {
      throw UNAVAILABLE;
    },
    prepare: async (ask) => {
      for (let call = 1; call <= THRESHOLD; call++) await ask('question').catch(ignore);
      if ((await ask('question')) !== FALLBACK) throw new Error('the circuit is not open');
    },
  },
};

/** In a process of its own. */
export async function work({ path, rounds, alone }) {
  const subjects = {};
  const { bare, request, prepare, call = (ask) => () => ask('question') } = PATHS[path];
  subjects[bare] = bareCall(path, request());
  for (const subject of alone ? OURS : [...OURS, ...PEERS]) {
    if (path === 'retried' && subject.attempts === 1) continue;
    await prove(subject);
    const ask = await subject.protect(request());
    await prepare?.(ask);
    subjects[subject.name] = call(ask);
  }
  const times = await measure(subjects, rounds);
  const bytes = {};
  for (const [name, one] of Object.entries(subjects)) bytes[name] = await allocatedPerCall(one, median(times[name]));
  return { times, bytes };
}

function bareCall(path, request) {
  if (path === 'open') return () => Promise.resolve(FALLBACK);
  if (path === 'rejected') return () => request('question').catch(ignore);
  return path === 'retried' ? () => request('question').catch(() => request('question')) : () => request('question');
}

/** @param {import('../run.js').Bench} bench */
export async function paths({ children, rounds, alone }) {
  const [hand, ours] = OURS.map(({ name }) => name);
  const tables = [];
  const found = {};
  for (const [path, { title, what, bare }] of Object.entries(PATHS)) {
    const { times, bytes } = await children('paths', { path, rounds, alone });
    const base = path === 'open' ? bare : hand;
    found[path] = { times, base, ours };
    tables.push({
      title,
      note: `${what[0].toUpperCase()}${what.slice(1)}.`,
      head: ['', 'ns a call', `× ${base}`, 'bytes a call'],
      rows: Object.keys(times).map((name) => [
        name,
        median(times[name]).toFixed(0),
        ratio(times, name, base).toFixed(2),
        bytes[name].toFixed(0),
      ]),
    });
  }
  return { tables, marks: marksOf(found, alone) };
}

function marksOf({ healthy, rejected, retried, open }, alone) {
  const against = ({ times, ours }, { name }) => ratio(times, name, ours);
  const [cockatiel, opossumWithRetry, opossum] = PEERS;
  const atMost = (most, value) => ({ value: `${value.toFixed(2)} ×`, reached: value <= most });
  const atLeast = (least, value) => ({ value: `${value.toFixed(0)} ×`, reached: value >= least });
  const own = [
    [
      'healthy path, both decorators: at most 1.0 × the hand-written loop',
      atMost(1, ratio(healthy.times, healthy.ours, healthy.base)),
    ],
    [
      'failing path, handed on: at most 1.6 × the hand-written loop',
      atMost(1.6, ratio(rejected.times, rejected.ours, rejected.base)),
    ],
    [
      'failing path, repeated: at most 1.8 × the hand-written loop',
      atMost(1.8, ratio(retried.times, retried.ours, retried.base)),
    ],
  ];
  if (alone) return own;
  return [
    ...own,
    ['healthy path: at least 5 × faster than cockatiel', atLeast(5, against(healthy, cockatiel))],
    ['healthy path: at least 40 × faster than opossum with p-retry', atLeast(40, against(healthy, opossumWithRetry))],
    ['open path: at least 20 × faster than opossum', atLeast(20, against(open, opossum))],
    ['open path: at least 20 × faster than cockatiel', atLeast(20, against(open, cockatiel))],
  ];
}
