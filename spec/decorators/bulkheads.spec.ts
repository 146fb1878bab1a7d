import { expect } from 'chai';
import {
  bulkhead,
  bulkheads,
  ConcurrencyLimited,
  ConcurrencyLimitError,
  type ConcurrencyOptions,
  ConfigurationError,
  configure,
  DecorationError,
  RetryOnTransient,
  TimeLimited,
  TimeLimitError,
} from '#lib/index.js';
import { deferred, rejectionOf, turn, uniqueName, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

// oxlint-disable-next-line typescript/no-explicit-any -- what the types refuse is tried at run time
const untyped = (value: unknown): any => value;

describe('Bulkheads with a name, a key, bounds', () => {
  const world = virtualTime();

  function serviceWith(options: ConcurrencyOptions) {
    class Service {
      readonly jobs: ReturnType<typeof deferred>[] = [];

      @ConcurrencyLimited(options)
      async work(_what: string): Promise<unknown> {
        const job = deferred();
        this.jobs.push(job);
        return job.promise;
      }
    }
    return new Service();
  }

  const seen = (name: string) => {
    const { limit, running, queued, abandoned } = bulkhead(name);
    return { limit, running, queued, abandoned };
  };

  it('shares the permits of a bulkhead that several methods name', async () => {
    const name = uniqueName();
    expect(seen(name)).to.deep.equal({ limit: 0, running: 0, queued: 0, abandoned: 0 });
    const [one, other] = [
      serviceWith({ limit: 2, queue: 1, bulkhead: name }),
      serviceWith({ limit: 2, queue: 1, bulkhead: name }),
    ];
    const calls = [one.work('a'), other.work('b'), one.work('c')];
    expect(seen(name)).to.deep.equal({ limit: 2, running: 2, queued: 1, abandoned: 0 });
    const error = await rejectionOf(other.work('d'));
    expect(error).to.be.instanceOf(ConcurrencyLimitError);
    expect(error).to.include({ limit: 2, method: 'Service.work', bulkhead: name });
    for (let i = 0; i < 2; i++) {
      for (const { jobs } of [one, other]) for (const job of jobs) job.resolve(1);
      await turn();
    }
    await Promise.all(calls);
    expect(seen(name)).to.deep.equal({ limit: 2, running: 0, queued: 0, abandoned: 0 });
    expect(bulkheads().map((each) => each.name)).to.include(name);
  });

  it('has permits for each key, and sums them up under the name', async () => {
    const name = uniqueName();
    const service = serviceWith({
      limit: 1,
      bulkhead: name,
      key: (what: string) => untyped(what === 'odd' ? 1 : what),
    });
    const calls = [service.work('a'), service.work('b')];
    expect(await rejectionOf(service.work('a'))).to.be.instanceOf(ConcurrencyLimitError);
    expect(seen(name)).to.deep.equal({ limit: 2, running: 2, queued: 0, abandoned: 0 });
    expect(((await rejectionOf(service.work('odd'))) as ConfigurationError).problems).to.deep.equal([
      'Service.work: @ConcurrencyLimited() key: expected a string, got number',
    ]);
    for (const job of service.jobs) job.resolve(1);
    await Promise.all(calls);
    expect(bulkhead(name).running).to.equal(0);
  });

  it('resizes the bulkheads of all keys when the settings change', async () => {
    const service = serviceWith({ limit: 1, key: (what: string) => what });
    const calls = [service.work('a')];
    const restore = configure({ settings: { methods: { 'Service.work': { concurrency: { limit: 2 } } } } });
    calls.push(service.work('a'));
    expect(service.jobs).to.have.lengthOf(2);
    for (const job of service.jobs) job.resolve(1);
    await Promise.all(calls);
    restore();
  });

  it('keeps an adaptive limit within its bounds', () => {
    const name = uniqueName();
    void serviceWith({ limit: 'adaptive', min: 3, max: 5, bulkhead: name }).work('a');
    expect(bulkhead(name).limit).to.equal(5);
    const other = uniqueName();
    void serviceWith({ limit: 'adaptive', initial: 7, bulkhead: other }).work('a');
    expect(bulkhead(other).limit).to.equal(7);
  });

  for (const [options, problem] of [
    [{ limit: 'adaptive', min: 5, max: 3 }, 'min: expected at most max (3), got 5'],
    [{ limit: 'adaptive', max: 3, initial: 5 }, 'initial: expected at most max (3), got 5'],
    [{ limit: 1, release: 'never' }, 'release: expected'],
    [{ limit: 1, bulkhead: '' }, 'bulkhead: expected'],
  ] as const)
    it(`refuses ${JSON.stringify(options)} when the class is defined`, () => {
      expect(() => serviceWith(untyped(options))).to.throw(DecorationError, problem);
    });

  it('refuses a handle without a name', () => {
    expect(() => bulkhead('')).to.throw(ConfigurationError, 'bulkhead: expected a name');
  });

  describe('with release: settled', () => {
    for (const [where, decorate] of [
      [
        'above',
        (name: string) => [TimeLimited('1s'), ConcurrencyLimited({ limit: 1, bulkhead: name, release: 'settled' })],
      ],
      [
        'below',
        (name: string) => [ConcurrencyLimited({ limit: 1, bulkhead: name, release: 'settled' }), TimeLimited('1s')],
      ],
    ] as const)
      for (const ending of ['resolve', 'reject'] as const)
        it(`keeps the permit of a method that a limit ${where} it has ended, until it ${ending}s`, async () => {
          const name = uniqueName();
          const job = deferred();
          const [outer, inner] = decorate(name);
          const work = (outer as NonNullable<typeof outer>)(
            (inner as NonNullable<typeof inner>)(async () => job.promise),
          );
          const ended = rejectionOf(work());
          await world.clock.advance('1s');
          expect(await ended).to.be.instanceOf(TimeLimitError);
          expect(seen(name)).to.deep.equal({ limit: 1, running: 1, queued: 0, abandoned: 1 });
          expect(await rejectionOf(work())).to.be.instanceOf(ConcurrencyLimitError);
          job[ending](new Error('late'));
          await turn();
          expect(seen(name)).to.deep.equal({ limit: 1, running: 0, queued: 0, abandoned: 0 });
        });

    it('gives the permit back at once by default', async () => {
      const name = uniqueName();
      const work = ConcurrencyLimited({ limit: 1, bulkhead: name })(TimeLimited('1s')(async () => deferred().promise));
      const ended = rejectionOf(work());
      await world.clock.advance('1s');
      await ended;
      expect(seen(name)).to.deep.equal({ limit: 1, running: 0, queued: 0, abandoned: 0 });
    });

    it('gives it back once after every other end, also where a retry repeats', async () => {
      const name = uniqueName();
      let calls = 0;
      const work = RetryOnTransient({ maxAttempts: 3, minWait: '1s', jitter: 'none' })(
        ConcurrencyLimited({ limit: 1, bulkhead: name, release: 'settled' })(
          TimeLimited('10s')(async () => {
            calls += 1;
            if (calls < 3) throw Object.assign(new Error('unavailable'), { status: 503 });
            return 'ok';
          }),
        ),
      );
      const call = work();
      await world.clock.advance('10s');
      expect(await call).to.equal('ok');
      expect(seen(name)).to.deep.equal({ limit: 1, running: 0, queued: 0, abandoned: 0 });
    });

    it('keeps the permit of a stream until its cleanup has run', async () => {
      const name = uniqueName();
      const [chunk, cleanup] = [deferred(), deferred()];
      class Service {
        @ConcurrencyLimited({ limit: 1, bulkhead: name, release: 'settled' })
        async *work(): AsyncGenerator<number> {
          try {
            yield 1;
            await chunk.promise;
          } finally {
            await cleanup.promise;
          }
        }
      }
      const stream = new Service().work();
      await stream.next();
      watch(stream.next());
      await turn();
      watch(stream.return(undefined));
      await turn();
      expect(seen(name)).to.include({ running: 1, abandoned: 1 });
      chunk.resolve(undefined);
      await turn();
      expect(seen(name)).to.include({ running: 1, abandoned: 1 });
      cleanup.resolve(undefined);
      await turn();
      expect(seen(name)).to.include({ running: 0, abandoned: 0 });
    });

    it('keeps the permit of a stream that a limit ends before its first chunk', async () => {
      const name = uniqueName();
      const job = deferred();
      class Service {
        @ConcurrencyLimited({ limit: 1, bulkhead: name, release: 'settled' })
        @TimeLimited('1s')
        async *work(): AsyncGenerator<number> {
          await job.promise;
          yield 1;
        }
      }
      const ended = rejectionOf(new Service().work().next());
      await world.clock.advance('1s');
      expect(await ended).to.be.instanceOf(TimeLimitError);
      expect(seen(name)).to.include({ running: 1, abandoned: 1 });
      job.resolve(undefined);
      await turn();
      expect(seen(name)).to.include({ running: 0, abandoned: 0 });
    });
  });
});
