// A million calls in virtual time: the whole stack, and whatever can happen to a call.
import { circuit, circuits, configure, onEvent } from '../../dist/index.js';
import { seeded } from '../../build/drill/outage/seeded.js';
import { FakeClock } from '../../dist/testing/index.js';
import { Callers } from './callers.js';
import { aftermath } from './aftermath.js';
import { changingSettings } from './changing-settings.js';
import { excessGrowth, heapInUse, inMegabytes } from './heap.js';
import { countUnhandled } from './ledger.js';
import { CIRCUIT, decorateService, KEYED, MAX_KEYS, Service } from './service.js';
import { Tally } from './tally.js';
import { Upstream } from './upstream.js';

const TENTHS = 10;
const CALLERS = 100;
/** Calls between two changes of the settings. */
const RELOAD_EVERY = 500;
/** The last calls of each tenth: when they have ended, no timer is left. */
const TAIL = 500;
/** Longer than anything that was set may last. */
const AFTERWARDS = '2m';

/**
 * @param {{ calls: number, seed: number, isShort: boolean }} size
 * @param {import('./ledger.js').Ledger} ledger
 * @returns what was done, for people
 */
export async function soakVirtually({ calls, seed, isShort }, ledger, signal) {
  const random = seeded(seed);
  const clock = new FakeClock(1_000_000);
  const tally = new Tally();
  let fallbacks = 0;
  decorateService(() => (fallbacks += 1));
  const stopCounting = countUnhandled(ledger, 'virtual time: unhandled rejections');
  const undo = [
    configure({ clock, random, settings: { log: { level: 'silent' } } }),
    onEvent((event) => tally.hear(event)),
  ];
  const upstream = new Upstream(clock, random);
  const callers = new Callers({ service: new Service(upstream), random, clock, tally });
  const heap = [];
  for (let tenth = 0; tenth < TENTHS; tenth++) {
    const world = { callers, clock, upstream, random, signal };
    callers.mayForget = true;
    await makeCalls({ calls: Math.ceil(calls / TENTHS) - TAIL, ...world });
    await clock.advance(AFTERWARDS);
    // Nothing of these may wait for a time that never comes.
    callers.mayForget = false;
    // In small steps, so that none fires after the last call either.
    await makeCalls({ calls: TAIL, step: '1ms', ...world });
    ledger.count('virtual time: timers left', clock.timers);
    ledger.count('virtual time: listeners left on signals', callers.takeListeners());
    heap.push(await heapInUse());
  }
  ledger.count('virtual time: bytes of heap grown beyond 2 MB', excessGrowth(heap, isShort));
  compareCounts(tally, fallbacks, ledger);
  await aftermath({ upstream, clock, ledger });
  for (const end of undo) end();
  await new Promise((resolve) => setImmediate(resolve));
  stopCounting();
  const virtualSeconds = Math.round((clock.now() - 1_000_000) / 1000);
  return `${calls} calls in ${virtualSeconds} s of virtual time, ${upstream.begun} requests; heap ${inMegabytes(heap)}`;
}

async function makeCalls({ calls, step = '5s', callers, clock, upstream, random, signal }) {
  let begun = 0;
  const settings = changingSettings(random);
  const work = async () => {
    while (begun < calls) {
      signal.throwIfAborted();
      begun += 1;
      if (begun % RELOAD_EVERY === 0) settings.change();
      // Who is refused would ask again and again in no time.
      if (!(await callers.call())) await upstream.pause(40 * random());
    }
  };
  let isDone = false;
  const all = Promise.all(Array.from({ length: CALLERS }, work)).finally(() => (isDone = true));
  // Whoever waits for it hears of it when time no longer goes on.
  all.catch(() => {});
  while (!isDone) await clock.advance(step);
  settings.end();
  await all;
}

/** Events against calls: what is told happened as often as somebody felt it. */
function compareCounts(tally, fallbacks, ledger) {
  const methods = ['ask', 'answer', 'askFor', 'abortable', 'stream', 'leave'];
  for (const method of methods) {
    ledger.compare(
      'virtual time: calls that did not settle',
      tally.count(method, 'begun'),
      tally.count(method, 'settled'),
    );
  }
  // Those who end their calls themselves may not hear of what else has happened to them.
  for (const method of ['ask', 'answer', 'askFor', 'stream']) {
    const of = (...words) => tally.count(method, ...words);
    ledger.compare(
      'virtual time: refusals told and felt',
      of('circuit_refused') + of('rate_limited', 'circuit-open'),
      of('CircuitOpenError') + of('fallback_used', 'open'),
    );
    ledger.compare(
      'virtual time: full bulkheads told and felt',
      of('concurrency_refused'),
      of('ConcurrencyLimitError'),
    );
    ledger.compare(
      'virtual time: transient failures told and felt',
      of('retry_gave_up') + of('stream_broken'),
      of('transient') + of('fallback_used', 'failure', 'answered'),
    );
    ledger.compare('virtual time: rate limits told and felt', of('longer than it may wait'), of('RateLimitedError'));
  }
  ledger.compare('virtual time: fallbacks told and called', tally.count('answer', 'fallback_used'), fallbacks);
  ledger.compare('virtual time: fallbacks called and answered', tally.count('answer', 'fallback'), fallbacks);
  ledger.count('virtual time: transitions that cannot follow each other', tally.count(CIRCUIT, 'impossible'));
  ledger.compare(
    'virtual time: transitions told and made',
    tally.count(CIRCUIT, 'moved'),
    circuit(CIRCUIT).snapshot().epoch,
  );
  const keys = circuits().filter(({ name }) => name.startsWith(`${KEYED}[`)).length;
  ledger.count('virtual time: keys remembered beyond maxKeys', Math.max(0, keys - MAX_KEYS));
}
