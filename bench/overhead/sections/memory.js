// What a circuit holds on to: many of them, each in a process of its own.
import { decorated } from '../subjects/holdfast.js';
import { CircuitProtected, RetryOnTransient } from '../../../dist/index.js';

const MOST_BYTES = 400;
const MOST_BYTES_WITH_WINDOW = 1000;

const KEYED = 'holdfast, one for each key';
const WITH_WINDOW = 'the same, with a window of time';

const KINDS = {
  [KEYED]: keyed(),
  'the same, after a failure that was repeated': keyed(2),
  [WITH_WINDOW]: keyed(1, { failureRate: 0.5, window: '60s' }),
  'cockatiel 4': many(async () => {
    const { circuitBreaker, ConsecutiveBreaker, handleAll } = await import('cockatiel');
    return () => circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) });
  }),
  'opossum 10': many(async () => {
    const { default: CircuitBreaker } = await import('opossum');
    const action = async (question) => question;
    return () => new CircuitBreaker(action, { timeout: false });
  }, 0.02),
  'mollitia 0.1': many(async () => {
    const { Circuit, SlidingCountBreaker } = await import('mollitia');
    const func = async (question) => question;
    return () => new Circuit({ func, options: { modules: [new SlidingCountBreaker({ slidingWindowSize: 5 })] } });
  }, 0.2),
};
const PEERS = ['cockatiel 4', 'opossum 10', 'mollitia 0.1'];

/** In a process of its own. */
export async function work({ kind, count }) {
  return KINDS[kind](count);
}

/** Keys belong to who has them: they are made before. */
function keyed(attempts = 1, options = {}) {
  return async (count) => {
    const keys = Array.from({ length: count }, (_, i) => `tenant-${i}`);
    let attempt = 0;
    const service = decorated(async () => {
      attempt += 1;
      if (attempt % attempts !== 0) throw Object.assign(new Error('unavailable'), { status: 503 });
    }, [
      CircuitProtected({ key: (tenant) => tenant, maxKeys: count + 1, ...options }),
      RetryOnTransient({ minWait: '0ms', maxWait: '0ms' }),
    ]);
    for (let i = 0; i < attempts; i++) await service.ask('').catch(() => {});
    return grownBy(count, async () => {
      for (const key of keys) await service.ask(key);
      return service;
    });
  };
}

function many(load, share = 1) {
  return async (count) => {
    const make = await load();
    make();
    const circuits = new Array(Math.ceil(count * share));
    return grownBy(circuits.length, async () => {
      for (let i = 0; i < circuits.length; i++) circuits[i] = make();
      return circuits;
    });
  };
}

async function grownBy(count, fill) {
  const before = held();
  const kept = await fill();
  await new Promise((resolve) => setImmediate(resolve));
  const after = held();
  return kept && (after - before) / count;
}

function held() {
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}

/** @param {import('../run.js').Bench} bench */
export async function memory({ child, alone, isQuick }) {
  const count = isQuick ? 10_000 : 100_000;
  const found = {};
  for (const kind of Object.keys(KINDS)) {
    if (!alone || !PEERS.includes(kind)) found[kind] = await child('memory', { kind, count });
  }
  const mark = (what, kind, most) => [
    `memory of a circuit ${what}: at most ${most} bytes`,
    { value: `${found[kind].toFixed(0)} bytes`, reached: found[kind] <= most },
  ];
  return {
    tables: [
      {
        title: 'Memory of a circuit',
        note: 'Bytes of the heap for each circuit, its place in the map included.',
        head: ['', 'bytes a circuit'],
        rows: Object.entries(found).map(([kind, bytes]) => [kind, bytes.toFixed(0)]),
      },
    ],
    marks: [
      mark('that counts in a row', KEYED, MOST_BYTES),
      mark('with a window of time', WITH_WINDOW, MOST_BYTES_WITH_WINDOW),
    ],
  };
}
