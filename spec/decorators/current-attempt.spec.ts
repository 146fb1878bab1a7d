import { expect } from 'chai';
import {
  ConcurrencyLimited,
  currentAttempt,
  type CurrentAttempt,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import { httpError, turn, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('currentAttempt', () => {
  const world = virtualTime();
  const first: CurrentAttempt = { attempt: 1, isHedge: false };
  const nth = (attempt: number): CurrentAttempt => ({ attempt, isHedge: false });

  it('is undefined outside of a method', async () => {
    expect(currentAttempt()).to.equal(undefined);
    await RetryOnTransient()(async () => undefined)();
    expect(currentAttempt()).to.equal(undefined);
  });

  for (const [what, limits] of [
    ['a retry', []],
    ['a retry and a limit of each attempt', [TimeLimited('1m')]],
    ['a retry and an adaptive bulkhead', [ConcurrencyLimited({ limit: 'adaptive' })]],
    ['a retry and a gate', [RespectRateLimit()]],
  ] as const)
    it(`counts the attempts under ${what}`, async () => {
      const seen: unknown[] = [];
      const method = async (): Promise<void> => {
        seen.push(currentAttempt());
        throw unavailable();
      };
      let inner: () => Promise<void> = method;
      for (const limit of limits) inner = limit(inner);
      const call = RetryOnTransient({ maxAttempts: 3, minWait: '1s', jitter: 'none' })(inner)().catch(() => undefined);
      await world.clock.advance('10s');
      await call;
      expect(seen).to.deep.equal([first, nth(2), nth(3)]);
    });

  it('counts the repetitions after a 429', async () => {
    const seen: unknown[] = [];
    const call = RespectRateLimit()(async () => {
      seen.push(currentAttempt());
      if (seen.length === 1) throw httpError(429, { headers: { 'retry-after': '1' } });
    })();
    await world.clock.advance('5s');
    await call;
    expect(seen).to.deep.equal([first, nth(2)]);
  });

  it('is known after an await under a time limit, and not without one', async () => {
    const seen: unknown[] = [];
    const method = async (): Promise<void> => {
      await turn();
      seen.push(currentAttempt());
    };
    await TimeLimited('1m')(method)();
    await RetryOnTransient()(method)();
    expect(seen).to.deep.equal([first, undefined]);
  });

  it('tells a hedge', async () => {
    const seen: unknown[] = [];
    const call = Hedged({ after: '1s' })(async () => {
      await turn();
      const current = currentAttempt();
      seen.push(current);
      if (!current?.isHedge) await new Promise(() => undefined);
    })();
    await world.clock.advance('2s');
    await call;
    expect(seen).to.deep.equal([first, { attempt: 1, isHedge: true }]);
  });

  it('is that of the innermost method', async () => {
    const seen: unknown[] = [];
    const inner = RetryOnTransient()(async () => void seen.push(currentAttempt()));
    let calls = 0;
    const outer = RetryOnTransient({ minWait: '1s' })(async () => {
      calls += 1;
      if (calls === 1) throw unavailable();
      await inner();
    });
    const call = outer();
    await world.clock.advance('5s');
    await call;
    expect(seen).to.deep.equal([first]);
  });

  it('counts the attempts to open a stream', async () => {
    const seen: unknown[] = [];
    class Service {
      @RetryOnTransient({ minWait: '1s', jitter: 'none' })
      async *read(): AsyncGenerator<number> {
        seen.push(currentAttempt());
        if (seen.length === 1) throw unavailable();
        yield 1;
      }
    }
    const chunk = new Service().read().next();
    await world.clock.advance('2s');
    expect(await chunk).to.deep.equal({ value: 1, done: false });
    expect(seen).to.deep.equal([first, nth(2)]);
  });
});
