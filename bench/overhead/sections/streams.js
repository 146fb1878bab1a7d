// What a stream of 100 chunks costs through a circuit and a retry, beside the same method undecorated and the same by
// hand: in a process of its own.
import { CircuitProtected, configure, RetryOnTransient } from '../../../dist/index.js';
import { allocatedPerCall } from '../allocated.js';
import { measure, median, ratio } from '../measure.js';

configure({ settings: { log: { level: 'silent' } } });

const CHUNKS = 100;
const MOST = 1.5;
const UNDECORATED = 'undecorated';
const OURS = 'holdfast, both decorators';

async function* read() {
  for (let chunk = 0; chunk < CHUNKS; chunk++) yield chunk;
}

async function* byHand() {
  yield* read();
}

const toTheEnd = (stream) => async () => {
  let sum = 0;
  for await (const chunk of stream()) sum += chunk;
  return sum;
};

/** In a process of its own. */
export async function work({ rounds }) {
  const subjects = {
    [UNDECORATED]: toTheEnd(read),
    'a generator around it, by hand': toTheEnd(byHand),
    [OURS]: toTheEnd(CircuitProtected()(RetryOnTransient()(read))),
  };
  const times = await measure(subjects, rounds);
  const bytes = {};
  for (const [name, one] of Object.entries(subjects)) bytes[name] = await allocatedPerCall(one, median(times[name]));
  return { times, bytes };
}

/** @param {import('../run.js').Bench} bench */
export async function streams({ children, rounds }) {
  const { times, bytes } = await children('streams', { rounds });
  const reached = ratio(times, OURS, UNDECORATED);
  return {
    tables: [
      {
        title: `A stream of ${CHUNKS} chunks`,
        note: 'Read to its end.',
        head: ['', 'µs a stream', `× ${UNDECORATED}`, 'bytes a stream'],
        rows: Object.keys(times).map((name) => [
          name,
          (median(times[name]) / 1000).toFixed(1),
          ratio(times, name, UNDECORATED).toFixed(2),
          bytes[name].toFixed(0),
        ]),
      },
    ],
    marks: [
      [
        `a stream of ${CHUNKS} chunks, both decorators: at most ${MOST} × undecorated`,
        { value: `${reached.toFixed(2)} ×`, reached: reached <= MOST },
      ],
    ],
  };
}
