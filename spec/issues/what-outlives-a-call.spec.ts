import { expect } from 'chai';
import { library, runProgram } from '../support/program.js';

const PROLOGUE = `
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  import {
    CircuitProtected, circuit, ConcurrencyLimited, configure, currentSignal, Hedged, RetryOnTransient, TimeLimited,
  } from ${library('index.js')};
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  configure({ settings: { log: { level: 'silent' } } });
  // A registry that is collected itself calls nobody.
  const registries = [];
  async function survivors(run, count = 100) {
    let alive = 0;
    const registry = new FinalizationRegistry(() => (alive -= 1));
    registries.push(registry);
    for (let i = 0; i < count; i++) {
      const argument = { text: 'x'.repeat(1000) };
      registry.register(argument);
      alive += 1;
      await run(argument);
    }
    for (let i = 0; i < 200 && alive > 2; i++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return alive;
  }
  const unavailable = () => Object.assign(new Error('503'), { status: 503 });
`;

async function answerOf(program: string): Promise<Record<string, unknown>> {
  const ended = await runProgram(`${PROLOGUE}${program}`);
  expect(ended.stderr).to.equal('');
  expect(ended.code).to.equal(0);
  return JSON.parse(ended.stdout) as Record<string, unknown>;
}

// Async context lives as long as any timer or socket that was opened in it, and held the arguments of calls long over.
describe('What outlives a call', () => {
  it('holds no arguments of it, whatever was opened in it and however it ended', async function () {
    this.timeout(60_000);
    const alive = await answerOf(`
      const kept = [];
      const keepAlive = () => kept.push(setInterval(() => undefined, 1000));
      const policies = {
        limit: TimeLimited('1h'),
        whole: (method) => TimeLimited('1h')(RetryOnTransient()(TimeLimited('1m')(method))),
        hedge: Hedged({ after: '1h' }),
        circuit: CircuitProtected({ failureThreshold: 1_000_000 }),
      };
      const counts = {};
      for (const [name, decorate] of Object.entries(policies)) {
        const succeed = decorate(async function succeed(_argument) {
          keepAlive();
          await null;
        });
        const fail = decorate(async function fail(_argument) {
          keepAlive();
          await null;
          throw Object.assign(new Error('400'), { status: 400 });
        });
        const stream = decorate(async function* stream(_argument) {
          keepAlive();
          yield 'a';
          yield 'b';
        });
        counts[name + ' succeeds'] = await survivors(succeed);
        counts[name + ' fails'] = await survivors((argument) => fail(argument).catch(() => undefined));
        counts[name + ' streams'] = await survivors(async (argument) => {
          for await (const chunk of stream(argument)) void chunk;
        });
        counts[name + ' is left'] = await survivors(async (argument) => {
          for await (const chunk of stream(argument)) break;
        });
      }
      const late = TimeLimited('1ms')(async function late(_argument) {
        keepAlive();
        await new Promise((resolve) => setTimeout(resolve, 20));
      });
      counts['limit ends'] = await survivors((argument) => late(argument).catch(() => undefined), 20);
      const name = 'opened';
      const opened = CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '1h' })(
        async function opened(_argument) {
          throw unavailable();
        },
      );
      counts['circuit open'] = await survivors((argument) => opened(argument).catch(() => undefined));
      for (const timer of kept) clearInterval(timer);
      console.log(JSON.stringify(counts));
    `);
    for (const [how, count] of Object.entries(alive)) expect(count, how).to.be.below(3);
  });

  it('holds no arguments while an older call of the same method still runs', async function () {
    this.timeout(60_000);
    const alive = await answerOf(`
      const policies = {
        limit: TimeLimited('1h'),
        chunks: TimeLimited({ limit: '1h', firstChunk: '1m' }),
        hedge: Hedged({ after: '15ms' }),
        bulkhead: ConcurrencyLimited({ limit: 2, queue: 1000 }),
      };
      const counts = {};
      for (const [name, decorate] of Object.entries(policies)) {
        const ask = decorate(async function ask(argument) {
          if (argument.isLong) await new Promise((resolve) => setTimeout(resolve, 8000).unref());
          else await new Promise((resolve) => setTimeout(resolve, 5));
        });
        void ask({ isLong: true });
        // While the timer of the long call is running, and after it has fired.
        await new Promise((resolve) => setTimeout(resolve, 10));
        const calls = [];
        counts[name] = await survivors(async (argument) => {
          calls.push(ask(argument));
          await new Promise((resolve) => setTimeout(resolve, 1));
          if (calls.length === 100) await Promise.all(calls.splice(0));
        });
      }
      console.log(JSON.stringify(counts));
      process.exit();
    `);
    for (const [how, count] of Object.entries(alive)) expect(count, how).to.be.below(3);
  });

  it('has no current signal any more: a worker that was born in a call that is over gets none', async () => {
    const seen = await answerOf(`
      const seen = {};
      const batch = (name) => setTimeout(() => (seen[name] = String(currentSignal())), 60);
      const hang = () => new Promise(() => undefined);
      const policies = {
        'limit ended': [TimeLimited('20ms'), hang],
        'limit over': [TimeLimited('1h'), async () => 'done'],
        'limit failed': [TimeLimited('1h'), async () => { throw new Error('x'); }],
        'hedge over': [Hedged({ after: '1h' }), async () => 'done'],
        'whole over': [(method) => TimeLimited('20ms')(RetryOnTransient()(TimeLimited('1h')(method))), hang],
        'still running': [TimeLimited('1h'), () => new Promise((resolve) => setTimeout(resolve, 90))],
      };
      const calls = Object.entries(policies).map(([name, [decorate, method]]) =>
        decorate(async function call() {
          batch(name);
          return method();
        })().catch(() => undefined),
      );
      await Promise.all(calls);
      await new Promise((resolve) => setTimeout(resolve, 80));
      console.log(JSON.stringify(seen));
    `);
    expect(seen).to.deep.equal({
      'limit ended': 'undefined',
      'limit over': 'undefined',
      'limit failed': 'undefined',
      'hedge over': 'undefined',
      'whole over': 'undefined',
      'still running': '[object AbortSignal]',
    });
  });
});
