// What it costs that calls are counted, and what exporters add: copies of the library side by side in one process.
import { AsyncLocalStorage } from 'node:async_hooks';
import { strictEqual } from 'node:assert';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { Registry } from 'prom-client';
import { measure, median, newLoop, ratio, surplus } from '../measure.js';
import { COPIED, FIRST, moduleOf, writeCopies } from '../subjects/copies.js';
import { decorated } from '../subjects/holdfast.js';
import { REJECTED } from '../subjects/job.js';

const METHODS = 100;
const KEYS = 10_000;
const GROWTH_CALLS = 1_000_000;

const WORK = { calls, reads, grows };

/** In a process of its own. */
export async function work({ of, ...args }) {
  return WORK[of](args);
}

class ManualReader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

/** What exports the counters of a copy. */
const EXPORTS = {
  'with exporters': async (name) => {
    await instrumented(name, { durations: false });
    const { register } = await moduleOf(name, 'prometheus/index.js');
    register(new Registry(), { durations: false });
  },
  'with durations, OpenTelemetry': (name) => instrumented(name, {}),
  'with durations, Prometheus': async (name) => {
    const { register } = await moduleOf(name, 'prometheus/index.js');
    register(new Registry());
  },
};

async function instrumented(name, options) {
  const { instrument } = await moduleOf(name, 'otel/index.js');
  const reader = new ManualReader();
  instrument({ meterProvider: new MeterProvider({ readers: [reader] }), events: 'none', ...options });
  return reader;
}

/** A circuit and a retry of each copy around the same method, which answers or rejects. */
async function calls({ path, isInContext, rounds }) {
  const subjects = {};
  for (const name of Object.keys(COPIED)) {
    const { CircuitProtected, configure, inspect, RetryOnTransient } = await moduleOf(name, 'index.js');
    configure({ settings: { log: { level: 'silent' } } });
    await EXPORTS[name]?.(name);
    const request = {
      healthy: async (question) => question,
      failing: async () => {
        throw REJECTED;
      },
    }[path];
    const service = decorated(request, [CircuitProtected(), RetryOnTransient()]);
    const call = { healthy: () => service.ask('question'), failing: () => service.ask('question').catch(ignore) }[path];
    await call();
    strictEqual(inspect().methods[0]?.started, name === 'without counters' ? 0 : 1, name);
    subjects[name] = call;
  }
  const histogram = new MeterProvider({ readers: [new ManualReader()] }).getMeter('alone').createHistogram('alone');
  const attributes = { 'holdfast.method': 'Service.ask', 'holdfast.outcome': 'success' };
  subjects[ALONE] = async () => histogram.record(0.02, attributes);
  const timed = () => measure(subjects, rounds);
  const { [FIRST]: _, ...times } = await (isInContext ? new AsyncLocalStorage().run({}, timed) : timed());
  return { times, bytes: {} };
}

const ignore = () => {};
/** What OpenTelemetry takes by itself. */
const ALONE = 'a record of OpenTelemetry alone';

/** Milliseconds of the processor for reading everything: `inspect()`, and a scrape through each exporter. */
async function reads({ rounds }) {
  const { CircuitProtected, configure, inspect, RetryOnTransient } = await moduleOf('whole', 'index.js');
  configure({ settings: { log: { level: 'silent' } } });
  const { register } = await moduleOf('whole', 'prometheus/index.js');
  const registry = new Registry();
  register(registry);
  const reader = await instrumented('whole', {});
  const stack = (circuit) => [CircuitProtected(circuit), RetryOnTransient()];
  const kept = [];
  for (let i = 0; i < METHODS; i++) {
    const Named = { [`Service${i}`]: class {} }[`Service${i}`];
    const { ask } = decorated(async (key) => key, stack(`circuit-${i}`));
    Named.prototype.ask = ask;
    const service = new Named();
    await service.ask('x');
    kept.push(service);
  }
  const scrapes = {
    'a scrape of 100 methods, Prometheus': () => registry.metrics(),
    'a scrape of 100 methods, OpenTelemetry': () => reader.collect(),
  };
  const found = await timesOf(scrapes, rounds);
  const keyed = decorated(async (key) => key, stack({ circuit: 'keyed', key: String, maxKeys: KEYS }));
  for (let i = 0; i < KEYS; i++) await keyed.ask(`tenant-${i}`);
  strictEqual(inspect().circuits.find(({ circuit }) => circuit === 'keyed')?.keys.closed, KEYS);
  strictEqual(inspect().methods.length, METHODS + 1);
  return { ...(await timesOf({ 'inspect() of 100 methods and 10 000 keys': inspect }, rounds)), ...found };
}

async function timesOf(reads, rounds) {
  const found = {};
  for (const [name, read] of Object.entries(reads)) {
    const times = [];
    for (let round = 0; round < rounds; round++) {
      const before = process.cpuUsage();
      await read();
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000);
    }
    found[name] = median(times);
  }
  return found;
}

/** Bytes that a million calls leave behind. */
async function grows({ count }) {
  const { CircuitProtected, RetryOnTransient } = await moduleOf('whole', 'index.js');
  const service = decorated(async (question) => question, [CircuitProtected(), RetryOnTransient()]);
  const loop = newLoop();
  const call = () => service.ask('question');
  await loop(call, 100_000);
  const held = () => {
    for (let i = 0; i < 3; i++) gc();
    return process.memoryUsage().heapUsed;
  };
  const before = held();
  await loop(call, count);
  return held() - before;
}

const MOST = { counters: 1.03, channel: 1.01, exporters: 1.03, durationsNs: 1500, readMs: 20, grownBytes: 65_536 };

/** @param {import('../run.js').Bench} bench */
export async function visibility({ child, children, rounds, isQuick }) {
  writeCopies();
  const tables = [];
  const marks = [];
  const mark = (what, value, unit, most) =>
    marks.push([`${what}: at most ${most}${unit}`, { value: `${value}${unit}`, reached: Number(value) <= most }]);
  for (const [title, args] of [
    ['Counting on the healthy path', { path: 'healthy', isInContext: false }],
    ['The same with an active AsyncLocalStorage', { path: 'healthy', isInContext: true }],
    ['Counting on the failing path', { path: 'failing', isInContext: false }],
  ]) {
    const { times } = await children('visibility', { of: 'calls', rounds, ...args });
    const than = (name, base) => ratio(times, name, base).toFixed(3);
    const more = (name) => surplus(times, name, 'whole').toFixed(0);
    tables.push({
      title,
      note: 'A circuit and a retry; the control is the same library once more.',
      head: ['', 'ns a call', '× the whole library'],
      rows: Object.keys(times).map((name) => [name, median(times[name]).toFixed(0), than(name, 'whole')]),
    });
    if (args.path === 'failing') continue;
    const where = args.isInContext ? ', with AsyncLocalStorage' : '';
    mark(`counters${where}`, than('whole', 'without counters'), ' ×', MOST.counters);
    mark(`channel without a subscriber${where}`, than('whole', 'without the channel'), ' ×', MOST.channel);
    mark(`exporters without durations${where}`, than('with exporters', 'whole'), ' ×', MOST.exporters);
    for (const by of ['OpenTelemetry', 'Prometheus'])
      mark(`durations, ${by}${where}`, more(`with durations, ${by}`), ' ns', MOST.durationsNs);
  }
  const read = await child('visibility', { of: 'reads', rounds: isQuick ? 5 : 100 });
  tables.push({
    title: 'Reading the counters',
    note: 'Milliseconds of the processor.',
    head: ['', 'ms'],
    rows: Object.entries(read).map(([name, ms]) => [name, ms.toFixed(1)]),
  });
  for (const [name, ms] of Object.entries(read)) mark(name, ms.toFixed(1), ' ms', MOST.readMs);
  const grown = await child('visibility', { of: 'grows', count: isQuick ? 50_000 : GROWTH_CALLS });
  mark(`what ${isQuick ? '50 000' : 'a million'} calls leave behind`, Math.max(0, grown), ' bytes', MOST.grownBytes);
  return { tables, marks };
}
