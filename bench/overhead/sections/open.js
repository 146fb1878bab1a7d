// What a call costs while the circuit is open, by the kind of fallback: each in a process of its own. A function gets an
// error of its own for each call. The engine inlines less where other stacks run too.
import { allocatedPerCall } from '../allocated.js';
import { measure, median, newLoop, ratio } from '../measure.js';
import { circuit, decorated, retry, STACKS } from '../subjects/holdfast.js';
import { FALLBACK, THRESHOLD, UNAVAILABLE } from '../subjects/job.js';

const RESOLVED = 'resolved promise';
const OTHERS = ['@RetryOnTransient', '@ConcurrencyLimited', '@RateLimited', '@Coalesced', 'both, with a failure rate'];
const KINDS = {
  'a constant as fallback': { fallback: FALLBACK, most: 2 },
  'a function as fallback': { fallback: () => FALLBACK },
  'a function as fallback, among five other stacks': { fallback: () => FALLBACK, others: OTHERS, most: 2.8 },
};

/** In a process of its own. */
export async function work({ kind, rounds }) {
  const { fallback, others = [] } = KINDS[kind];
  const service = decorated(async () => {
    throw UNAVAILABLE;
  }, [circuit({ fallback }), retry()]);
  for (let call = 1; call <= THRESHOLD; call++) await service.ask('question').catch(() => {});
  for (const other of others) {
    const company = decorated(async (question) => question, STACKS[other]());
    await newLoop()(() => company.ask('question'), 5000);
  }
  const call = () => service.ask('question');
  if ((await call()) !== FALLBACK) throw new Error('the circuit is not open');
  const times = await measure({ [RESOLVED]: () => Promise.resolve(FALLBACK), [kind]: call }, rounds);
  return { times, bytes: { [kind]: await allocatedPerCall(call, median(times[kind])) } };
}

/** @param {import('../run.js').Bench} bench */
export async function open({ children, rounds }) {
  const found = [];
  for (const kind of Object.keys(KINDS)) {
    const { times, bytes } = await children('open', { kind, rounds });
    found.push({ kind, ns: median(times[kind]), times: ratio(times, kind, RESOLVED), bytes: bytes[kind] });
  }
  return {
    tables: [
      {
        title: 'Open path, by the kind of fallback',
        note: 'Each in a process of its own.',
        head: ['', 'ns a call', `× ${RESOLVED}`, 'bytes a call'],
        rows: found.map(({ kind, ns, times, bytes }) => [kind, ns.toFixed(0), times.toFixed(2), bytes.toFixed(0)]),
      },
    ],
    marks: found
      .filter(({ kind }) => KINDS[kind].most !== undefined)
      .map(({ kind, times }) => [
        `open path with ${kind}: at most ${KINDS[kind].most} × a ${RESOLVED}`,
        { value: `${times.toFixed(2)} ×`, reached: times <= KINDS[kind].most },
      ]),
  };
}
