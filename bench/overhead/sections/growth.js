// How the cost of a call grows: with the number of circuits, of calls in flight, and of decorators stacked.
import { CircuitProtected, ConcurrencyLimited, RetryOnTransient } from '../../../dist/index.js';
import { measure, median, newLoop, surplus } from '../measure.js';
import { decorated, GROWING, STACKS } from '../subjects/holdfast.js';

const POWERS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
const MOST_IN_FLIGHT = 100_000;

const WORK = { circuits, inFlight, decorators };

/** In a process of its own. */
export async function work({ of, ...args }) {
  return WORK[of](args);
}

/** One circuit for each key, asked in no order. */
async function circuits({ count, rounds }) {
  const answer = async (key) => key;
  const keys = Array.from({ length: count }, (_, i) => `tenant-${i}`);
  const service = decorated(answer, [CircuitProtected({ key: (key) => key, maxKeys: count }), RetryOnTransient()]);
  await newLoop()(() => service.ask(keys[0]), 5000);
  for (const key of keys) await service.ask(key);
  const next = walkOver(keys);
  const nextOfBare = walkOver(keys);
  const times = await measure({ bare: () => answer(nextOfBare()), keyed: () => service.ask(next()) }, rounds);
  return surplus(times, 'keyed', 'bare');
}

/** Goes through all of them in steps that look like chance. */
function walkOver(keys) {
  const step = Math.max(1, Math.floor(keys.length * 0.618)) | 1;
  let at = 0;
  return () => {
    at = (at + step) % keys.length;
    return keys[at];
  };
}

/** Calls that all wait for their upstream at once, until the last of them is there. */
async function inFlight({ stack, count, rounds }) {
  let gate;
  const answer = async (question) => {
    await gate.promise;
    return question;
  };
  const service = stack === 'bare' ? { ask: answer } : decorated(answer, inFlightStack(stack, count));
  const times = [];
  // Little work is repeated until there is something to time.
  const repeats = Math.max(1, Math.round(2000 / count));
  for (let round = 0; round < rounds + 3; round++) {
    gc({ type: 'minor' });
    const started = process.hrtime.bigint();
    for (let i = 0; i < repeats; i++) {
      let open;
      gate = { promise: new Promise((resolve) => (open = resolve)) };
      const calls = [];
      for (let call = 0; call < count; call++) calls.push(service.ask('question'));
      open();
      await Promise.all(calls);
    }
    if (round >= 3) times.push(Number(process.hrtime.bigint() - started) / count / repeats);
  }
  return median(times);
}

function inFlightStack(stack, count) {
  if (stack === 'both decorators' || stack === 'both under @TimeLimited') return STACKS[stack]();
  const limit = Math.ceil(count / 2);
  return [CircuitProtected(), RetryOnTransient(), ConcurrencyLimited({ limit, queue: count, maxQueueWait: '1h' })];
}

async function decorators({ count, rounds }) {
  const answer = async (question) => question;
  const service = decorated(answer, GROWING[count - 1]());
  const subjects = { bare: () => answer('question'), stack: () => service.ask('question') };
  return surplus(await measure(subjects, rounds), 'stack', 'bare');
}

const IN_FLIGHT = [
  'bare',
  'both decorators',
  'both and a bulkhead, half of them in its queue',
  'both under @TimeLimited',
];
const NAMES = ['@CircuitProtected', '@RetryOnTransient', '@RespectRateLimit', '@ConcurrencyLimited'];

/** @param {import('../run.js').Bench} bench */
export async function growth({ child, rounds, isQuick }) {
  const counts = isQuick ? [1, 1000] : POWERS;
  const keyed = [];
  for (const count of counts) keyed.push(await child('growth', { of: 'circuits', count, rounds }));
  const flying = new Map(IN_FLIGHT.map((stack) => [stack, []]));
  const inFlight = counts.filter((count) => count <= MOST_IN_FLIGHT);
  for (const count of inFlight) {
    for (const [stack, found] of flying) {
      found.push(await child('growth', { of: 'inFlight', stack, count, rounds: isQuick ? 3 : 25 }));
    }
  }
  const stacked = [];
  for (let count = 1; count <= GROWING.length; count++) {
    stacked.push(await child('growth', { of: 'decorators', count, rounds }));
  }
  const ns = (value) => value.toFixed(0);
  const added = ['a circuit', '+ retry', '+ rate limit', '+ hedge', '+ bulkhead', '+ attempt limit', '+ call limit'];
  return {
    tables: [
      {
        title: 'Cost and the number of circuits',
        note: 'One circuit for each key, asked in no order: ns of a call over a bare one. A map of so many keys fits no cache.',
        head: ['circuits', 'ns over a bare call'],
        rows: counts.map((count, at) => [label(count), ns(keyed[at])]),
        chart: { x: { title: 'circuits', values: counts.map(label) }, y: 'ns over a bare call', lines: [keyed] },
      },
      {
        title: 'Cost and the number of calls in flight',
        note: 'All wait for their upstream at once: ns a call. Beyond ten thousand it is mostly the collector, which copies what they hold.',
        head: ['in flight', ...IN_FLIGHT],
        rows: inFlight.map((count, at) => [label(count), ...[...flying.values()].map((found) => ns(found[at]))]),
        chart: {
          x: { title: 'calls in flight', values: inFlight.map(label) },
          y: `ns a call: ${IN_FLIGHT.join('; ')}`,
          lines: [...flying.values()],
        },
      },
      {
        title: 'Cost and the number of decorators',
        note: `From within ${NAMES[0]} alone outwards and inwards, none of them acting: ns of a call over a bare one.`,
        head: ['decorators', 'ns over a bare call'],
        rows: stacked.map((value, at) => [`${at + 1}: ${added[at]}`, ns(value)]),
        chart: {
          x: { title: 'decorators', values: stacked.map((_, at) => at + 1) },
          y: 'ns over a bare call',
          lines: [stacked],
        },
      },
    ],
    marks: [],
  };
}

const label = (count) => count.toLocaleString('en').replaceAll(',', ' ');
