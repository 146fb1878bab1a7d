import { expect } from 'chai';
import { loadWithOrigins } from '#lib/settings/load.js';
import { problemsFor } from '#lib/settings/problems.js';
import { valuesIn } from '#lib/settings/resolve.js';
import { scratch } from '../support/files.js';
import { turn } from '../support/upstream.js';

const STACK = [
  { group: 'timeLimit', options: { limit: '20s' } },
  { group: 'circuit', options: { circuit: 'mail', failureThreshold: 3 } },
  { group: 'retry', options: { maxAttempts: 3 } },
  { group: 'rateLimit', options: {} },
  { group: 'hedge', options: { after: 'p95' } },
  { group: 'concurrency', options: { limit: 5 } },
  { group: 'attemptLimit', options: { limit: '5s' } },
];

describe('The settings of a method with seven policies', () => {
  const files = scratch();

  it('are resolved within 20 microseconds, beside ten sections that speak of others', async function () {
    this.timeout(20_000);
    const others = Array.from({ length: 10 }, (_, i) => [`Other${i}.*`, { retry: { maxAttempts: 2 } }] as const);
    const methods = { ...Object.fromEntries(others), 'Mail.*': { retry: { minWait: '2s' } } };
    const file = files.write('a.json', { methods, circuits: { mail: { circuit: { probes: 3 } } } });
    const layers = { loaded: loadWithOrigins({ env: { RETRY_MAX_WAIT: '20' }, file }), configured: [] };
    const groups = new Set(STACK.map(({ group }) => group));
    const resolve = (): unknown => {
      const names = { method: 'Mail.send', circuit: 'mail' };
      return [problemsFor(layers, { groups, ...names }), STACK.map((policy) => valuesIn(layers, names, policy))];
    };
    const micros = (times: number): number => {
      const started = process.hrtime.bigint();
      for (let i = 0; i < times; i++) resolve();
      return Number(process.hrtime.bigint() - started) / times / 1000;
    };
    micros(5000);
    // The best of many short rounds, until one is quick enough: what else runs on the machine only ever makes one slower.
    let best = Number.POSITIVE_INFINITY;
    for (const until = performance.now() + 10_000; best >= 20 && performance.now() < until; await turn())
      best = Math.min(best, micros(200));
    expect(best).to.be.below(20);
  });
});
