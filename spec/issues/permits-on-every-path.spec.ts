import { expect } from 'chai';
import {
  CircuitProtected,
  ConcurrencyLimited,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import { httpError, rejectionOf, turn, unavailable, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

// An adaptive bulkhead lost a permit with every error that could not be classified.
describe('A permit', () => {
  const world = virtualTime();

  const hostile = (): unknown =>
    new Proxy(new Error('hostile'), {
      get: () => {
        throw new Error('no');
      },
      getPrototypeOf: () => {
        throw new Error('no');
      },
    });

  const outcomes: Record<string, () => unknown> = {
    succeeds: () => 'answer',
    'succeeds with a hostile object': () =>
      new Proxy(
        {},
        {
          get: (_target, key) => {
            if (key === 'then') return undefined;
            throw new Error('no');
          },
          getPrototypeOf: () => {
            throw new Error('no');
          },
        },
      ),
    fails: () => {
      throw unavailable();
    },
    'fails for ever': () => {
      throw httpError(429, { headers: { 'x-ratelimit-reset-tokens': `${'9'.repeat(2_000_000)}h` } });
    },
    'fails with nothing': () => {
      throw undefined;
    },
    'fails with a hostile error': () => {
      throw hostile();
    },
  };

  const limits = { fixed: 1, adaptive: 'adaptive' } as const;

  /** How many calls of a method hang at a time until one is refused. */
  async function free(hang: () => Promise<unknown>): Promise<number> {
    for (let running = 0; running < 200; running++) {
      const refused = hang().catch((error: Error) => error.name);
      const name = await Promise.race([refused, turn().then(() => 'hangs')]);
      if (name === 'ConcurrencyLimitError') return running;
    }
    return 200;
  }

  for (const [limitName, limit] of Object.entries(limits)) {
    for (const [name, settle] of Object.entries(outcomes)) {
      for (const throwsAtOnce of [false, true]) {
        it(`comes back: ${limitName} limit, ${name}${throwsAtOnce ? ' at once' : ''}`, async () => {
          let mode: 'settles' | 'hangs' = 'settles';
          const hang = new Promise<never>(() => undefined);
          // A function that is not async may throw before it returns a promise.
          const method = throwsAtOnce
            ? (): Promise<unknown> => (mode === 'hangs' ? hang : Promise.resolve(settle()))
            : async (): Promise<unknown> => (mode === 'hangs' ? hang : settle());
          const fresh = ConcurrencyLimited({ limit })(async (): Promise<unknown> => hang);
          const used = ConcurrencyLimited({ limit })(method);
          await used().catch(() => undefined);
          await turn();
          mode = 'hangs';
          const [expected, actual] = [await free(fresh), await free(used)];
          // An adaptive limit may shrink with a failure, by its own rule, but never below one.
          if (limit === 'adaptive') expect(actual).to.be.within(1, expected);
          else expect(actual).to.equal(expected);
        });
      }
    }
  }

  it('comes back from each policy around it that ends its call: a limit, a lost hedge, a caller, a gate', async () => {
    const hang = new Promise<never>(() => undefined);
    let mode: 'hangs' | 'answers' | 'limited' = 'hangs';
    const method = async (_signal?: AbortSignal): Promise<string> => {
      if (mode === 'limited') throw httpError(429, { headers: { 'retry-after': '2' } });
      return mode === 'hangs' ? hang : 'answer';
    };
    const bulkhead = ConcurrencyLimited({ limit: 1 });
    const ask = TimeLimited('3s')(
      CircuitProtected({ circuit: uniqueName() })(
        RetryOnTransient()(RespectRateLimit({ maxWait: '10s' })(bulkhead(TimeLimited('1s')(method)))),
      ),
    );
    const ended = rejectionOf(ask());
    await world.clock.advance('1m');
    expect(await ended).to.have.property('name', 'TimeLimitError');
    const controller = new AbortController();
    const aborted = rejectionOf(ask(controller.signal));
    await turn();
    controller.abort(new Error('gone'));
    expect(await aborted).to.have.property('message', 'gone');
    mode = 'limited';
    const limited = ask();
    await turn();
    mode = 'answers';
    // While the first one waits at the gate its permit is free.
    await world.clock.advance('2s');
    expect(await limited).to.equal('answer');
    // The gate is paced from now on.
    const paced = ask();
    await world.clock.advance('2s');
    expect(await paced).to.equal('answer');

    const hedged = Hedged({ after: '1s' })(ConcurrencyLimited({ limit: 2 })(TimeLimited('1h')(method)));
    mode = 'hangs';
    const raced = hedged();
    await turn();
    mode = 'answers';
    await world.clock.advance('1s');
    expect(await raced).to.equal('answer');
    expect(await Promise.all([hedged(), hedged()])).to.deep.equal(['answer', 'answer']);
    expect(world.clock.timers).to.equal(0);
  });
});
