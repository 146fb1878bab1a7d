// Some time of real sockets: both services, and a server that goes wrong.
import { getEventListeners } from 'node:events';
import { configure, onEvent } from '../../dist/index.js';
import { seeded } from '../../build/drill/outage/seeded.js';
import { EmbeddingService, GenerationService, openaiCircuit } from '../../dist/openai/index.js';
import { startFaultServer } from '../../dist/testing/index.js';
import { changingSettings } from './changing-settings.js';
import { mixed } from './faults.js';
import { excessGrowth, heapInUse, inMegabytes } from './heap.js';
import { countUnhandled } from './ledger.js';
import { Tally } from './tally.js';

const TENTHS = 10;
const CALLERS = 20;
const RELOAD_EVERY = 100;
const SETTINGS = {
  log: { level: 'silent' },
  retry: { minWait: '2ms', maxWait: '20ms' },
  circuit: { recoveryTimeout: '100ms' },
  rateLimit: { minWait: '2ms', maxWait: '500ms' },
};
const LIMITS = { attemptTimeout: '250ms', firstChunk: '200ms', betweenChunks: '150ms' };
const CONTEXT = ['Paris is the capital of France.', 'Rome is the capital of Italy.'];
/** How long what has been closed may take to be gone. */
const PATIENCE_MS = 2000;

/**
 * @param {{ seconds: number, seed: number, isShort: boolean }} size
 * @param {import('./ledger.js').Ledger} ledger
 * @returns what was done, for people
 */
export async function soakSockets({ seconds, seed, isShort }, ledger, signal) {
  const random = seeded(seed);
  const tally = new Tally();
  const resources = resourcesInUse();
  const stopCounting = countUnhandled(ledger, 'sockets: unhandled rejections');
  const server = await startFaultServer({ recordLimit: 100, keepProcessAlive: true });
  const undo = [
    configure({ settings: { ...SETTINGS, openai: { ...LIMITS, apiKey: 'sk-soak', baseUrl: server.baseUrl } } }),
    onEvent((event) => tally.hear(event)),
  ];
  const callers = new Callers(random, tally);
  const heap = [];
  const begunAt = openaiCircuit.snapshot().epoch;
  let requests = 0;
  try {
    server.always(mixed(random));
    for (let tenth = 0; tenth < TENTHS; tenth++) {
      await oneTenth({ ms: (1000 * seconds) / TENTHS, callers, random, signal });
      await server.settled();
      ledger.count('sockets: listeners left on signals', callers.takeListeners());
      heap.push(await heapInUse());
    }
    requests = server.count;
  } finally {
    await server.close();
    for (const end of undo) end();
  }
  ledger.count('sockets: bytes of heap grown beyond 2 MB', excessGrowth(heap, isShort));
  ledger.count('sockets: sockets of the server left', server.open);
  ledger.count('sockets: timers, sockets and servers left', await resourcesLeft(resources));
  compareCounts(tally, ledger, openaiCircuit.snapshot().epoch - begunAt);
  stopCounting();
  return `${tally.total('begun')} calls in ${seconds} s of real sockets, ${requests} requests; heap ${inMegabytes(heap)}`;
}

async function oneTenth({ ms, callers, random, signal }) {
  const until = Date.now() + ms;
  let calls = 0;
  const settings = changingSettings(random);
  const work = async () => {
    while (Date.now() < until) {
      signal.throwIfAborted();
      calls += 1;
      if (calls % RELOAD_EVERY === 0) settings.change();
      if (!(await callers.call())) await new Promise((resolve) => setTimeout(resolve, 80 * random()));
    }
  };
  const all = await Promise.allSettled(Array.from({ length: CALLERS }, work));
  settings.end();
  for (const { reason } of all) if (reason) throw reason;
}

class Callers {
  #embedding = new EmbeddingService();
  #generation = new GenerationService();
  #signals = [];
  #random;
  #tally;

  constructor(random, tally) {
    this.#random = random;
    this.#tally = tally;
  }

  /** Makes one call and waits for its end; false when it was none that one would wish for. Never throws. */
  async call() {
    const [method, run] = this.#draw();
    this.#tally.begin(method);
    const controller = new AbortController();
    this.#signals.push(controller.signal);
    const at = this.#random();
    const timer = at < 0.1 ? setTimeout(() => controller.abort(new Error('later')), 300 * at) : undefined;
    try {
      this.#tally.answered(method, await run(timer ? { signal: controller.signal } : undefined));
      return true;
    } catch (error) {
      this.#tally.failed(method, error);
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  takeListeners() {
    const left = this.#signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0);
    this.#signals = [];
    return left;
  }

  #draw() {
    const share = this.#random();
    if (share < 0.25) return ['embedText', (options) => this.#embedding.embedText('a text', options)];
    if (share < 0.4) return ['embedTexts', (options) => this.#embedding.embedTexts(['a text', 'another'], options)];
    if (share < 0.7) {
      return ['generateAnswer', (options) => this.#generation.generateAnswer('Which capital?', CONTEXT, options)];
    }
    const stream = (options) => this.#generation.streamAnswer('Which capital?', CONTEXT, options);
    return share < 0.9
      ? ['streamAnswer', async (options) => readAll(stream(options))]
      : ['streamAnswer', async (options) => readOne(stream(options))];
  }
}

async function readAll(stream) {
  for await (const _ of stream);
  return 'read';
}

async function readOne(stream) {
  for await (const _ of stream) return 'left early';
  return 'read';
}

function compareCounts(tally, ledger, epochs) {
  for (const method of ['embedText', 'embedTexts', 'generateAnswer', 'streamAnswer']) {
    const of = (...words) => tally.count(method, ...words);
    ledger.compare('sockets: calls that did not settle', of('begun'), of('settled'));
  }
  const refused = (method) => tally.count(method, 'circuit_refused');
  ledger.compare(
    'sockets: refusals told and felt',
    refused('embedText') +
      refused('embedBatch') +
      refused('generateAnswer') +
      refused('streamAnswer') +
      tally.total('rate_limited circuit-open'),
    tally.total('CircuitOpenError') + tally.total('fallback_used open'),
  );
  ledger.compare('sockets: transitions told and made', tally.count('openai', 'moved'), epochs);
  ledger.count('sockets: transitions that cannot follow each other', tally.count('openai', 'impossible'));
}

/** What keeps the process running, by kind. */
function resourcesInUse() {
  const counts = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** How many there are more than before, once they have had their time. */
async function resourcesLeft(before) {
  const left = () =>
    Object.entries(resourcesInUse()).reduce((sum, [kind, count]) => sum + Math.max(0, count - (before[kind] ?? 0)), 0);
  const until = Date.now() + PATIENCE_MS;
  // Looked at between turns, without a timer, which would count itself.
  while (left() > 0 && Date.now() < until) await new Promise((resolve) => setImmediate(resolve));
  return left();
}
