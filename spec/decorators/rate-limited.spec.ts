import { expect } from 'chai';
import fc from 'fast-check';
import {
  CircuitProtected,
  ConcurrencyLimited,
  ConfigurationError,
  configure,
  DecorationError,
  Hedged,
  type LimiterOptions,
  RateLimited,
  RateLimitedError,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
  TimeLimitError,
} from '#lib/index.js';
import { limiterStates } from '#lib/runtime/limiters.js';
import { FakeClock } from '#lib/testing/fake-clock.js';
import { deferred, rejectionOf, turn, unavailable, uniqueName, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

// oxlint-disable-next-line typescript/no-explicit-any -- what the types refuse is tried at run time
const untyped = (value: unknown): any => value;

describe('@RateLimited', () => {
  const world = virtualTime();

  function serviceWith(options: LimiterOptions) {
    class Service {
      readonly begun: unknown[] = [];

      @RateLimited(options)
      async ask(what: string, tokens?: number, _options?: { signal: AbortSignal }): Promise<number | undefined> {
        this.begun.push(what);
        return tokens;
      }
    }
    return new Service();
  }

  const refusalOf = async (promise: Promise<unknown>): Promise<RateLimitedError> => {
    const error = await rejectionOf(promise);
    expect(error).to.be.instanceOf(RateLimitedError);
    return error as RateLimitedError;
  };

  it('lets one call pass every per / limit, and says exactly when the next one would', async () => {
    const service = serviceWith({ limit: 10, per: '1s' });
    await service.ask('a');
    const error = await refusalOf(service.ask('b'));
    expect(error).to.include({ retryAfterMs: 100, method: 'Service.ask', limiter: 'Service.ask' });
    expect(error.message).to.equal(
      'The rate limit of the limiter "Service.ask" lasts 100 ms more, which is longer than the call may wait.',
    );
    await world.clock.advance('99ms');
    expect((await refusalOf(service.ask('c'))).retryAfterMs).to.equal(1);
    await world.clock.advance('1ms');
    await service.ask('d');
    expect(service.begun).to.deep.equal(['a', 'd']);
    expect(world.heard('limiter_refused')).to.deep.equal([
      { type: 'limiter_refused', method: 'Service.ask', reason: 'max-wait', retryAfterMs: 100 },
      { type: 'limiter_refused', method: 'Service.ask', reason: 'max-wait', retryAfterMs: 1 },
    ]);
  });

  it('lets a burst pass after idleness, over all instances', async () => {
    const service = serviceWith({ limit: 10, per: '1s', burst: 3 });
    const other = new (service.constructor as new () => typeof service)();
    await service.ask('a');
    await other.ask('b');
    await service.ask('c');
    expect((await refusalOf(other.ask('d'))).retryAfterMs).to.equal(100);
  });

  it('lets calls wait in order for as long as maxWait, also to the millisecond, and rejects those that would wait longer', async () => {
    const service = serviceWith({ limit: 10, per: '1s', maxWait: '300ms' });
    const calls = ['a', 'b', 'c', 'd'].map((what) => service.ask(what));
    expect((await refusalOf(service.ask('e'))).retryAfterMs).to.equal(400);
    await turn();
    expect(service.begun).to.deep.equal(['a']);
    await world.clock.advance('100ms');
    expect(service.begun).to.deep.equal(['a', 'b']);
    await world.clock.advance('200ms');
    expect(service.begun).to.deep.equal(['a', 'b', 'c', 'd']);
    await Promise.all(calls);
    expect(world.clock.timers).to.equal(0);
  });

  it('lets no more wait than queue says', async () => {
    const service = serviceWith({ limit: 1, per: '1s', maxWait: '10s', queue: 1 });
    await service.ask('a');
    const waiting = service.ask('b');
    await refusalOf(service.ask('c'));
    expect(world.heard('limiter_refused').map(({ reason }) => reason)).to.deep.equal(['queue-full']);
    await world.clock.advance('1s');
    await waiting;
    expect(service.begun).to.deep.equal(['a', 'b']);
  });

  it('keeps a call that is aborted while it waits from being made, and lets the next one move up', async () => {
    const service = serviceWith({ limit: 1, per: '1s', maxWait: '10s' });
    await service.ask('a');
    const controller = new AbortController();
    const aborted = rejectionOf(service.ask('b', 0, { signal: controller.signal }));
    const next = service.ask('c');
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await aborted).to.equal(reason);
    await world.clock.advance('1s');
    await next;
    expect(service.begun).to.deep.equal(['a', 'c']);
    expect(world.clock.timers).to.equal(0);
  });

  it('rejects at once a call whose wait would outlast its time limit, and ends one that waits with it', async () => {
    class Service {
      readonly begun: string[] = [];

      @TimeLimited('2s')
      @RateLimited({ limit: 1, per: '1s', maxWait: '1m' })
      async ask(what: string): Promise<void> {
        this.begun.push(what);
        if (what === 'slow') await new Promise(() => undefined);
      }
    }
    const service = new Service();
    const slow = rejectionOf(service.ask('slow'));
    const second = service.ask('b');
    expect((await refusalOf(service.ask('c'))).retryAfterMs).to.equal(2000);
    await world.clock.advance('2s');
    expect(await slow).to.be.instanceOf(TimeLimitError);
    await second;
    expect(service.begun).to.deep.equal(['slow', 'b']);
  });

  it('counts each key by itself, and refuses a call whose key is no string', async () => {
    const service = serviceWith({ limit: 1, per: '1s', key: (what: string) => untyped(what === 'odd' ? 1 : what) });
    await service.ask('a');
    await service.ask('b');
    await refusalOf(service.ask('a'));
    const error = (await rejectionOf(service.ask('odd'))) as ConfigurationError;
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.problems).to.deep.equal(['Service.ask: @RateLimited() key: expected a string, got number']);
  });

  it('shares the units of a limiter that several methods name, and shows it by name', async () => {
    const limiter = uniqueName();
    const [one, other] = [1, 2].map(() => serviceWith({ limit: 2, per: '1s', limiter }));
    await one?.ask('a');
    const error = await refusalOf(untyped(other).ask('b'));
    expect(error).to.include({ retryAfterMs: 500, limiter });
    expect(limiterStates().find((state) => state.limiter === limiter)).to.deep.equal({
      limiter,
      waiting: 0,
      refused: 1,
      retryAfterMs: 500,
    });
  });

  it('may be stacked, for requests and for tokens', async () => {
    class Service {
      begun = 0;

      @RateLimited({ limit: 60, per: '1m', burst: 60 })
      @RateLimited({ limit: 1000, per: '1m', burst: 1000, cost: (tokens: number) => tokens })
      async ask(_tokens: number): Promise<void> {
        this.begun += 1;
      }
    }
    const service = new Service();
    await service.ask(600);
    await service.ask(400);
    expect((await refusalOf(service.ask(10))).retryAfterMs).to.equal(600);
    expect(service.begun).to.equal(2);
    await world.clock.advance('600ms');
    await service.ask(10);
  });

  describe('with a price', () => {
    const priced = (options: Partial<LimiterOptions> = {}) =>
      serviceWith({ limit: 100, per: '1s', burst: 100, cost: () => 50, ...options });

    it('charges the cost before the call, and corrects it by what was really taken', async () => {
      const service = priced({ actual: (tokens: number) => tokens });
      await service.ask('a', 20);
      await service.ask('b', 30);
      await service.ask('c', 50);
      expect((await refusalOf(service.ask('d'))).retryAfterMs).to.equal(500);
    });

    it('lets those who wait move up once a call has taken less', async () => {
      const job = deferred();
      class Service {
        begun: string[] = [];

        @RateLimited({ limit: 100, per: '1s', burst: 100, cost: () => 100, actual: () => 10, maxWait: '2s' })
        async ask(what: string): Promise<void> {
          this.begun.push(what);
          await job.promise;
        }
      }
      const service = new Service();
      const calls = [service.ask('a'), service.ask('b')];
      await world.clock.advance('100ms');
      expect(service.begun).to.deep.equal(['a']);
      job.resolve(undefined);
      await turn();
      await world.clock.advance('1ms');
      expect(service.begun).to.deep.equal(['a', 'b']);
      await Promise.all(calls);
    });

    it('leaves the charge as it is after a failure', async () => {
      class Service {
        @RateLimited({ limit: 100, per: '1s', burst: 100, cost: () => 100, actual: () => 1 })
        async ask(): Promise<void> {
          throw unavailable();
        }
      }
      const service = new Service();
      await rejectionOf(service.ask());
      expect((await refusalOf(service.ask())).retryAfterMs).to.equal(1000);
    });

    const odd: readonly [what: string, value: () => unknown, got: string][] = [
      ['NaN', () => Number.NaN, 'NaN'],
      ['a negative number', () => -1, 'a negative number'],
      ['a promise', () => Promise.reject(new Error('secret')), 'a promise'],
      ['a text', () => 'secret', 'no number'],
      [
        'an exception',
        () => {
          throw new Error('secret');
        },
        'an exception',
      ],
    ];

    for (const [what, value, got] of odd) {
      it(`charges 1 for a cost that is ${what}, and says so once`, async () => {
        const service = priced({ cost: untyped(value), limit: 2, burst: 2 });
        await service.ask('a');
        await service.ask('b');
        await refusalOf(service.ask('c'));
        expect(world.heard('cost_unusable')).to.deep.equal([
          {
            type: 'cost_unusable',
            method: 'Service.ask',
            reason: `@RateLimited() cost: expected a number from 0 to limit (2), got ${got}; the call is charged 1`,
          },
        ]);
      });

      it(`leaves the charge for an actual that is ${what}, and says so once`, async () => {
        const service = priced({ actual: untyped(value) });
        expect(await service.ask('a', 7)).to.equal(7);
        await service.ask('b');
        await refusalOf(service.ask('c'));
        expect(world.heard('cost_unusable').map(({ reason }) => reason)).to.deep.equal([
          `@RateLimited() actual: expected a number from 0 to limit (100), got ${got}; the charge stays as it was`,
        ]);
      });
    }

    it('charges the limit for a cost above it', async () => {
      const service = priced({ cost: () => 1e9 });
      await service.ask('a');
      expect((await refusalOf(service.ask('b'))).retryAfterMs).to.equal(1000);
      expect(world.heard('cost_unusable')).to.have.lengthOf(1);
    });
  });

  describe('on a stream', () => {
    const makeStreams = () => {
      class Streams {
        @RateLimited({ limit: 100, per: '1s', burst: 100, cost: () => 100, actual: (result: number) => result })
        async *withReturn(): AsyncGenerator<number, number> {
          yield 1;
          yield 2;
          return 40;
        }

        @RateLimited({ limit: 100, per: '1s', burst: 100, cost: () => 100, actual: (result: number) => result })
        async *plain(): AsyncGenerator<number> {
          yield 1;
          yield 30;
        }

        @RateLimited({ limit: 100, per: '1s', burst: 100, cost: () => 100, actual: (result: number) => result })
        async iterable(): Promise<AsyncIterable<number>> {
          return {
            async *[Symbol.asyncIterator]() {
              yield 20;
            },
          };
        }
      }
      return new Streams();
    };

    const readAll = async (stream: AsyncIterable<number>): Promise<number[]> => {
      const chunks: number[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return chunks;
    };

    it('corrects the charge at its end, by what it returned or its last chunk', async () => {
      const streams = makeStreams();
      expect(await readAll(streams.withReturn())).to.deep.equal([1, 2]);
      expect((await refusalOf(readAll(streams.withReturn()))).retryAfterMs).to.equal(400);
      expect(await readAll(streams.plain())).to.deep.equal([1, 30]);
      expect((await refusalOf(readAll(streams.plain()))).retryAfterMs).to.equal(300);
      expect(await readAll(await streams.iterable())).to.deep.equal([20]);
      expect((await refusalOf(streams.iterable())).retryAfterMs).to.equal(200);
    });

    it('leaves the charge as it is when the reader leaves', async () => {
      const streams = makeStreams();
      for await (const _chunk of streams.plain()) break;
      expect((await refusalOf(readAll(streams.plain()))).retryAfterMs).to.equal(1000);
    });
  });

  describe('in a stack', () => {
    it('is not retried, closes no gate, opens no circuit, and counts each attempt', async () => {
      const name = uniqueName();
      let calls = 0;
      class Service {
        @CircuitProtected({ circuit: name, failureThreshold: 1 })
        @RetryOnTransient({ maxAttempts: 3, minWait: '1s', jitter: 'none' })
        @RespectRateLimit()
        @RateLimited({ limit: 1, per: '10s', burst: 1 })
        @ConcurrencyLimited({ limit: 5 })
        async ask(): Promise<string> {
          calls += 1;
          return 'ok';
        }
      }
      const service = new Service();
      expect(await service.ask()).to.equal('ok');
      const error = await refusalOf(service.ask());
      expect(error).to.include({ retryAfterMs: 10_000, circuit: name });
      expect(world.heard('rate_limited')).to.deep.equal([]);
      expect(world.heard('circuit_opened')).to.deep.equal([]);
      await world.clock.advance('10s');
      expect(await service.ask()).to.equal('ok');
      expect(calls).to.equal(2);
    });

    it('charges retries and hedges like any request', async () => {
      let calls = 0;
      class Service {
        @RetryOnTransient({ maxAttempts: 2, minWait: '1s', jitter: 'none' })
        @Hedged({ after: '100ms' })
        @RateLimited({ limit: 2, per: '1m', burst: 2 })
        async ask(): Promise<void> {
          calls += 1;
          await new Promise(() => undefined);
        }
      }
      watch(new Service().ask());
      await world.clock.advance('200ms');
      expect(calls).to.equal(2);
      await refusalOf(new Service().ask());
    });

    it('says where it may not stand', () => {
      expect(() => {
        class Wrong {
          @RateLimited({ limit: 1, per: '1s' })
          @RetryOnTransient()
          async ask(): Promise<void> {}
        }
        return Wrong;
      }).to.throw(
        DecorationError,
        'Wrong.ask: @RateLimited() stands above @RetryOnTransient(): each attempt is a request of its own',
      );
    });
  });

  const WRONG: readonly [options: unknown, problem: string][] = [
    [{ per: '1s' }, 'limit: expected an integer >= 1'],
    [{ limit: 0, per: '1s' }, 'limit: expected an integer >= 1, got 0'],
    [{ limit: 5 }, 'per: expected a duration above 0'],
    [{ limit: 5, per: '0s' }, 'per: expected a duration'],
    [{ limit: 5, per: '1s', burst: 6 }, 'burst: expected at most limit (5), got 6'],
    [{ limit: 5, per: '1s', cost: 3 }, 'cost: expected a function'],
    [{ limit: 5, per: '1s', retries: 3 }, 'retries'],
  ];
  for (const [options, problem] of WRONG)
    it(`refuses ${JSON.stringify(options)} when the class is defined`, () => {
      expect(() => serviceWith(untyped(options))).to.throw(DecorationError, problem);
    });

  it('keeps what is owed when its settings change', async () => {
    const service = serviceWith({ limit: 10, per: '1s' });
    await service.ask('a');
    const restore = configure({ settings: { methods: { 'Service.ask': { limiter: { limit: 1 } } } } });
    expect((await refusalOf(service.ask('b'))).retryAfterMs).to.equal(1000);
    restore();
  });

  it('lets everything pass while it is switched off', async () => {
    const service = serviceWith({ limit: 1, per: '1h' });
    const restore = configure({ settings: { limiter: { enabled: false } } });
    for (const what of ['a', 'b', 'c']) await service.ask(what);
    restore();
    await service.ask('d');
    await refusalOf(service.ask('e'));
  });

  it('never lets more pass in any time than its limit, and never makes anybody wait longer than it said', () => {
    const call = fc.record({ gapMs: fc.nat(400), cost: fc.integer({ min: 1, max: 5 }), patienceMs: fc.nat(2000) });
    return fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (calls, burst) => {
          const clock = new FakeClock();
          const restore = configure({ clock });
          try {
            const passed: { at: number; cost: number }[] = [];
            const ask = RateLimited({ limit: 5, per: '1s', burst, maxWait: '2s', cost: (cost: number) => cost })(
              async (cost: number) => {
                passed.push({ at: clock.now(), cost });
              },
            );
            let settled = 0;
            for (const { gapMs, cost } of calls) {
              await clock.advance(`${gapMs}ms`);
              const since = clock.now();
              const count = (): void => {
                settled += 1;
                expect(clock.now() - since).to.be.at.most(2000);
              };
              ask(cost).then(count, count);
            }
            await clock.advance('10s');
            expect(settled).to.equal(calls.length);
            expect(clock.timers).to.equal(0);
            const most = 5 + Math.max(burst, 5) - 1;
            for (const { at } of passed) {
              const units = passed
                .filter((one) => one.at >= at && one.at < at + 1000)
                .reduce((sum, { cost }) => sum + cost, 0);
              expect(units).to.be.at.most(most);
            }
          } finally {
            restore();
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
