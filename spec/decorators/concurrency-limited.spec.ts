import { expect } from 'chai';
import fc from 'fast-check';
import {
  CircuitOpenError,
  CircuitProtected,
  circuit,
  classify,
  ConcurrencyLimited,
  ConcurrencyLimitError,
  type ConcurrencyOptions,
  configure,
  DecorationError,
  type Duration,
  describe as describeStack,
  RetryOnTransient,
} from '#lib/index.js';
import { deferred, rejection, rejectionOf, turn, unavailable, uniqueName, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

/** An upstream whose calls are at work until they are settled by hand. */
class Bench {
  readonly begun: string[] = [];
  readonly #open = new Map<string, ReturnType<typeof deferred>>();

  work(name: string): Promise<unknown> {
    const job = deferred();
    this.begun.push(name);
    this.#open.set(name, job);
    return job.promise;
  }

  get atWork(): number {
    return this.#open.size;
  }

  isAtWork(name: string): boolean {
    return this.#open.has(name);
  }

  async succeed(name: string, value: unknown = name): Promise<void> {
    this.#take(name).resolve(value);
    await turn();
  }

  async fail(name: string, error: unknown = unavailable()): Promise<void> {
    this.#take(name).reject(error);
    await turn();
  }

  #take(name: string): ReturnType<typeof deferred> {
    const job = this.#open.get(name);
    if (!job) throw new Error(`${name} is not at work`);
    this.#open.delete(name);
    return job;
  }
}

// oxlint-disable-next-line typescript/no-explicit-any -- what the types refuse is tried at run time
const untyped = (value: unknown): any => value;

describe('@ConcurrencyLimited', () => {
  const world = virtualTime();

  function serviceWith(options: ConcurrencyOptions) {
    class Service {
      constructor(readonly bench = new Bench()) {}

      @ConcurrencyLimited(options)
      async work(name: string, _options?: { signal: AbortSignal }): Promise<unknown> {
        return this.bench.work(name);
      }
    }
    return new Service();
  }

  const refusalOf = async (promise: Promise<unknown>): Promise<ConcurrencyLimitError> => {
    const error = await rejectionOf(promise);
    expect(error).to.be.instanceOf(ConcurrencyLimitError);
    return error as ConcurrencyLimitError;
  };

  it('lets as many calls through at a time as its limit says, and refuses the surplus at once', async () => {
    const service = serviceWith({ limit: 2 });
    const calls = ['a', 'b'].map((name) => service.work(name));
    const error = await refusalOf(service.work('c'));
    expect(error).to.include({ name: 'ConcurrencyLimitError', limit: 2 });
    expect(error.message).to.equal('All 2 permits are in use and the queue is full: the call was not made.');
    expect(service.bench.begun).to.deep.equal(['a', 'b']);
    await service.bench.succeed('a');
    const next = service.work('d');
    await service.bench.succeed('d');
    await service.bench.succeed('b');
    expect(await Promise.all([...calls, next])).to.deep.equal(['a', 'b', 'd']);
  });

  it('counts the calls of all instances, also those of a subclass', async () => {
    const first = serviceWith({ limit: 2 });
    const Service = first.constructor as new () => typeof first;
    class Derived extends Service {}
    const [second, third] = [new Service(), new Derived()];
    void first.work('a');
    void third.work('b');
    await refusalOf(second.work('c'));
    await third.bench.succeed('b');
    void second.work('d');
    expect(second.bench.begun).to.deep.equal(['d']);
  });

  for (const [how, settle] of [
    ['a success', (bench: Bench, name: string) => bench.succeed(name)],
    ['a transient failure', (bench: Bench, name: string) => bench.fail(name)],
    ['a rejection', (bench: Bench, name: string) => bench.fail(name, rejection())],
    ['an abort', (bench: Bench, name: string) => bench.fail(name, new DOMException('left', 'AbortError'))],
    ['a thrown undefined', (bench: Bench, name: string) => bench.fail(name, undefined)],
  ] as const) {
    for (const limit of [1, 'adaptive'] as const) {
      it(`gets its permit back once after ${how}, where the limit is ${limit}`, async () => {
        const service = serviceWith({ limit });
        for (let round = 0; round < 30; round++) {
          const call = watch(service.work(`${round}`));
          await settle(service.bench, `${round}`);
          expect(call.settled.done).to.equal(true);
        }
        const fits: string[] = [];
        for (let i = 0; i < 250; i++) watch(service.work(`last ${i}`).then((name) => fits.push(String(name))));
        await turn();
        if (limit === 1) expect(service.bench.atWork).to.equal(1);
        else expect(service.bench.atWork).to.be.within(1, 200);
      });
    }
  }

  it('gets its permit back from a method that throws at once, or returns no promise', async () => {
    class Service {
      @ConcurrencyLimited({ limit: 1 })
      throwing(): Promise<void> {
        throw new RangeError('at once');
      }

      @untyped(ConcurrencyLimited({ limit: 1 }))
      nothing(answer: unknown): unknown {
        return answer;
      }
    }
    const service = new Service();
    for (let i = 0; i < 3; i++) {
      expect(await rejectionOf(service.throwing())).to.be.instanceOf(RangeError);
      expect(() => service.nothing(1)).to.throw(DecorationError);
      await turn();
    }
    expect(await service.nothing(Promise.resolve('x'))).to.equal('x');
  });

  it('keeps a limit that is a plain function’s own', async () => {
    const bench = new Bench();
    const work = ConcurrencyLimited({ limit: 1 })(async function work(name: string) {
      return bench.work(name);
    });
    const call = work('a');
    await refusalOf(work('b'));
    await bench.succeed('a');
    expect(await call).to.equal('a');
    expect(world.heard('concurrency_refused')).to.deep.equal([
      { type: 'concurrency_refused', method: 'work', limit: 1, reason: 'queue-full' },
    ]);
  });

  describe('with a queue', () => {
    it('serves those who wait in the order of their coming', async () => {
      const service = serviceWith({ limit: 1, queue: 3 });
      const calls = ['a', 'b', 'c', 'd'].map((name) => service.work(name));
      await refusalOf(service.work('e'));
      expect(service.bench.begun).to.deep.equal(['a']);
      for (const name of ['a', 'b', 'c', 'd']) {
        await service.bench.succeed(name);
        expect(service.bench.atWork).to.be.at.most(1);
      }
      expect(await Promise.all(calls)).to.deep.equal(['a', 'b', 'c', 'd']);
      expect(service.bench.begun).to.deep.equal(['a', 'b', 'c', 'd']);
      expect(world.clock.timers).to.equal(0);
    });

    it('lets the next one in when a call fails', async () => {
      const service = serviceWith({ limit: 1, queue: 1 });
      const [first, second] = [watch(service.work('a')), service.work('b')];
      await service.bench.fail('a');
      expect(first.settled).to.have.property('error');
      await service.bench.succeed('b');
      expect(await second).to.equal('b');
    });

    it('does not let a newcomer overtake those who wait', async () => {
      const service = serviceWith({ limit: 1, queue: 2 });
      void service.work('a');
      void service.work('b');
      void service.bench.succeed('a');
      void service.work('c');
      await turn();
      expect(service.bench.begun).to.deep.equal(['a', 'b']);
    });

    it('refuses a call that has waited as long as it may', async () => {
      const service = serviceWith({ limit: 1, queue: 1, maxQueueWait: '2s' });
      void service.work('a');
      const waiting = watch(service.work('b'));
      await world.clock.advance('1999ms');
      expect(waiting.settled.done).to.equal(false);
      await world.clock.advance('1ms');
      const error = waiting.settled.error as ConcurrencyLimitError;
      expect(error).to.be.instanceOf(ConcurrencyLimitError);
      expect(error.message).to.equal(
        'All 1 permits are in use and none was released within 2000 ms: the call was not made.',
      );
      expect(world.heard('concurrency_refused')).to.deep.equal([
        { type: 'concurrency_refused', method: 'Service.work', limit: 1, reason: 'queue-wait', waitMs: 2000 },
      ]);
      const next = service.work('c');
      await service.bench.succeed('a');
      await service.bench.succeed('c');
      expect(await next).to.equal('c');
      expect(service.bench.begun).to.deep.equal(['a', 'c']);
      expect(world.clock.timers).to.equal(0);
    });

    it('lets wait for thirty seconds where nothing is said', async () => {
      const service = serviceWith({ limit: 1, queue: 1 });
      void service.work('a');
      const waiting = watch(service.work('b'));
      await world.clock.advance('29999ms');
      expect(waiting.settled.done).to.equal(false);
      await world.clock.advance('1ms');
      expect(waiting.settled.error).to.be.instanceOf(ConcurrencyLimitError);
    });

    it("lets one who aborts go at once with the caller's reason, and leaves neither timer nor listener", async () => {
      const service = serviceWith({ limit: 1, queue: 2 });
      const controller = new AbortController();
      let listeners = 0;
      const { signal } = controller;
      const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
      signal.addEventListener = untyped((...args: Parameters<typeof add>) => (listeners++, add(...args)));
      signal.removeEventListener = untyped((...args: Parameters<typeof remove>) => (listeners--, remove(...args)));
      void service.work('a');
      const aborting = watch(service.work('b', { signal }));
      const behind = service.work('c');
      expect([listeners, world.clock.timers]).to.deep.equal([1, 2]);
      const reason = new Error('the user has left');
      controller.abort(reason);
      await turn();
      expect(aborting.settled.error).to.equal(reason);
      expect([listeners, world.clock.timers]).to.deep.equal([0, 1]);
      await service.bench.succeed('a');
      await service.bench.succeed('c');
      expect(await behind).to.equal('c');
      expect(service.bench.begun).to.deep.equal(['a', 'c']);
      expect(world.events).to.have.lengthOf(0);
    });

    it('does not stand in line for a caller who has aborted before', async () => {
      const service = serviceWith({ limit: 1, queue: 1 });
      void service.work('a');
      expect(await rejectionOf(service.work('b', { signal: AbortSignal.abort('gone') }))).to.equal('gone');
      expect(world.clock.timers).to.equal(0);
    });

    it('brings the permit back that comes in the moment of the abort', async () => {
      const service = serviceWith({ limit: 1, queue: 2 });
      const controller = new AbortController();
      void service.work('a');
      const aborting = watch(service.work('b', controller));
      const restore = configure({ settings: { methods: { 'Service.work': { concurrency: { limit: 2 } } } } });
      // The call that sees the new limit lets the first of the queue in, and waits itself.
      const behind = service.work('c');
      controller.abort('gone');
      await turn();
      restore();
      expect(aborting.settled.error).to.equal('gone');
      expect(service.bench.begun).to.deep.equal(['a', 'c']);
      await service.bench.succeed('c');
      expect(await behind).to.equal('c');
    });
  });

  it('never has more at work than its limit, and serves in order, whatever happens to the calls', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant('call' as const) },
      { weight: 3, arbitrary: fc.constantFrom('succeed' as const, 'fail' as const) },
      { weight: 1, arbitrary: fc.constantFrom('abort' as const, 'wait' as const) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.array(fc.tuple(step, fc.nat(9)), { maxLength: 25 }),
        async (limit, queue, steps) => {
          const service = serviceWith({ limit, queue, maxQueueWait: '10s' });
          const { bench } = service;
          const calls: { name: string; controller: AbortController; watched: ReturnType<typeof watch> }[] = [];
          const open = new Set<string>();
          const settleOne = async (how: 'succeed' | 'fail', which: number): Promise<void> => {
            const name = [...open][which % open.size];
            if (name === undefined) return;
            open.delete(name);
            await bench[how](name);
          };
          const look = (): void => {
            for (const name of bench.begun) if (!calls[Number(name)]?.watched.settled.done) open.add(name);
            expect(bench.atWork).to.be.at.most(limit);
            expect(bench.begun).to.deep.equal([...bench.begun].sort((a, b) => Number(a) - Number(b)));
            expect(calls.filter(({ watched }) => !watched.settled.done).length).to.be.at.most(limit + queue);
          };
          for (const [what, which] of steps) {
            if (what === 'call') {
              const [name, controller] = [String(calls.length), new AbortController()];
              calls.push({ name, controller, watched: watch(service.work(name, controller)) });
              await turn();
            } else if (what === 'abort') {
              const waiting = calls.filter((one) => !one.watched.settled.done && !bench.begun.includes(one.name));
              waiting[which % (waiting.length || 1)]?.controller.abort('gone');
              await turn();
            } else if (what === 'wait') await world.clock.advance('4s');
            else await settleOne(what, which);
            look();
          }
          for (let i = 0; i < calls.length; i++) {
            await settleOne('succeed', 0);
            look();
          }
          expect(calls.every(({ watched }) => watched.settled.done)).to.equal(true);
          expect(world.clock.timers).to.equal(0);
          // Every permit has come back.
          const last = Array.from({ length: limit }, (_, i) => watch(service.work(`${calls.length + i}`)));
          expect(bench.atWork).to.equal(limit);
          for (const [i] of last.entries()) await bench.succeed(`${calls.length + i}`);
        },
      ),
      { numRuns: 100 },
    );
  });

  describe('beside other policies', () => {
    function stackWith(options: ConcurrencyOptions) {
      const name = uniqueName();
      class Service {
        readonly bench = new Bench();
        calls = 0;

        @CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '60s' })
        @RetryOnTransient({ maxAttempts: 3, minWait: '1s', jitter: 'none' })
        @ConcurrencyLimited(options)
        async work(job: string, _options?: { signal: AbortSignal }): Promise<unknown> {
          this.calls += 1;
          return this.bench.work(job);
        }
      }
      return { service: new Service(), name };
    }

    it('holds no permit while a retry waits, and takes one for each attempt', async () => {
      const { service } = stackWith({ limit: 1 });
      const first = service.work('a');
      await service.bench.fail('a');
      const second = service.work('b');
      await service.bench.succeed('b');
      expect(await second).to.equal('b');
      await world.clock.advance('1s');
      expect(service.bench.begun).to.deep.equal(['a', 'b', 'a']);
      await service.bench.succeed('a');
      expect(await first).to.equal('a');
    });

    it('lets an attempt wait in the queue, with what is around it', async () => {
      const { service, name } = stackWith({ limit: 1, queue: 1 });
      const first = service.work('a');
      const second = service.work('b');
      await service.bench.succeed('a');
      await service.bench.fail('b');
      await world.clock.advance('1s');
      await service.bench.succeed('b', 'at last');
      expect([await first, await second]).to.deep.equal(['a', 'at last']);
      expect(world.heard('retry_scheduled')).to.have.lengthOf(1);
      expect(circuit(name).state).to.equal('closed');
    });

    it('tells the circuit of what a call that had waited came to', async () => {
      const { service, name } = stackWith({ limit: 1, queue: 1 });
      const first = watch(service.work('a'));
      const second = watch(service.work('b'));
      await service.bench.succeed('a');
      for (const wait of ['1s', '2s', '1s'] as const) {
        await service.bench.fail('b');
        await world.clock.advance(wait);
      }
      expect([first.settled.value, (second.settled.error as { status: number }).status]).to.deep.equal(['a', 503]);
      expect(circuit(name).state).to.equal('open');
      expect(await rejectionOf(service.work('c'))).to.be.instanceOf(CircuitOpenError);
      expect(service.calls).to.equal(4);
    });

    it('is not retried when it refuses, and does not open the circuit', async () => {
      const { service, name } = stackWith({ limit: 1 });
      void service.work('a');
      const error = await refusalOf(service.work('b'));
      expect(classify(error)).to.deep.equal({
        kind: 'concurrency-limit',
        transient: false,
        errorName: 'ConcurrencyLimitError',
      });
      expect(circuit(name).state).to.equal('closed');
      expect(world.events.map(({ type }) => type)).to.deep.equal(['concurrency_refused']);
    });

    it("lets an aborted waiter go with the caller's reason through the whole stack", async () => {
      const { service, name } = stackWith({ limit: 1, queue: 1 });
      void service.work('a');
      const controller = new AbortController();
      const waiting = rejectionOf(service.work('b', controller));
      // A reason that would be a failure if the upstream had thrown it.
      const reason = unavailable();
      controller.abort(reason);
      expect(await waiting).to.equal(reason);
      expect(circuit(name).state).to.equal('closed');
      expect(world.clock.timers).to.equal(0);
    });

    for (const limit of [1, 'adaptive'] as const) {
      it(`has no permit too many or too few after a storm of retries, where the limit is ${limit}`, async () => {
        class Service {
          atWork = 0;
          most = 0;

          @RetryOnTransient({ maxAttempts: 3, minWait: '1s' })
          @ConcurrencyLimited({ limit, queue: 1000, maxQueueWait: '1h' })
          async work(n: number): Promise<number> {
            this.atWork += 1;
            this.most = Math.max(this.most, this.atWork);
            await new Promise<void>((resolve) => world.clock.setTimer(resolve, 10));
            this.atWork -= 1;
            if (n % 3 === 0) throw unavailable();
            return n;
          }
        }
        const service = new Service();
        const calls = Array.from({ length: 60 }, (_, n) => watch(service.work(n)));
        await world.clock.advance('1m');
        expect(calls.every(({ settled }) => settled.done)).to.equal(true);
        expect(service.most).to.be.at.most(limit === 1 ? 1 : 40);
        const again = Array.from({ length: 3 }, () => watch(service.work(1)));
        await turn();
        expect(service.atWork).to.be.at.least(1);
        await world.clock.advance('1s');
        expect(again.map(({ settled }) => settled.value)).to.deep.equal([1, 1, 1]);
        expect(world.clock.timers).to.equal(0);
      });
    }
  });

  describe('on a stream', () => {
    function streaming(options: ConcurrencyOptions = { limit: 1 }) {
      class Service {
        started = 0;
        closed = 0;

        @ConcurrencyLimited(options)
        async *stream(end: 'well' | Error = 'well', _options?: { signal: AbortSignal }): AsyncGenerator<string> {
          this.started += 1;
          try {
            yield 'a';
            if (end !== 'well') throw end;
            yield 'b';
          } finally {
            this.closed += 1;
          }
        }

        @ConcurrencyLimited({ limit: 1 })
        async *badly(_value: string = raise()): AsyncGenerator<string> {
          yield 'a';
        }
      }
      return new Service();
    }
    const raise = (): string => {
      throw new RangeError('a bug');
    };
    async function collect(stream: AsyncGenerator<string>): Promise<string[]> {
      const chunks: string[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return chunks;
    }

    it('holds its permit from the first read to the end', async () => {
      const service = streaming();
      const first = service.stream();
      await first.next();
      await refusalOf(collect(service.stream()));
      expect(await collect(first)).to.deep.equal(['b']);
      expect(await collect(service.stream())).to.deep.equal(['a', 'b']);
    });

    it('holds nothing while it is not read', async () => {
      const service = streaming();
      const unread = [service.stream(), service.stream()];
      expect(await collect(service.stream())).to.deep.equal(['a', 'b']);
      await unread[0]?.return(undefined);
      expect(await collect(service.stream())).to.deep.equal(['a', 'b']);
      expect(service.started).to.equal(2);
    });

    it('brings its permit back when it fails, is left early, or is thrown into', async () => {
      const service = streaming();
      const error = unavailable();
      expect(await rejectionOf(collect(service.stream(error)))).to.equal(error);
      for await (const chunk of service.stream()) if (chunk === 'a') break;
      const thrownInto = service.stream();
      await thrownInto.next();
      expect(await rejectionOf(thrownInto.throw(error))).to.equal(error);
      const returned = service.stream();
      await returned.next();
      await returned.return(undefined);
      await returned.return(undefined);
      expect(service).to.include({ started: 4, closed: 4 });
      expect(await collect(service.stream())).to.deep.equal(['a', 'b']);
    });

    it('brings its permit back when it cannot even begin', async () => {
      const service = streaming();
      for (let i = 0; i < 3; i++) expect(await rejectionOf(collect(service.badly()))).to.be.instanceOf(RangeError);
      expect(await collect(service.badly('x'))).to.deep.equal(['a']);
    });

    it('waits in the queue, and leaves it when the caller aborts', async () => {
      const service = streaming({ limit: 1, queue: 2 });
      const first = service.stream();
      await first.next();
      const controller = new AbortController();
      const aborting = watch(collect(service.stream('well', controller)));
      const waiting = watch(collect(service.stream()));
      await turn();
      controller.abort('gone');
      await turn();
      expect(aborting.settled.error).to.equal('gone');
      expect(waiting.settled.done).to.equal(false);
      await first.return(undefined);
      await turn();
      expect(waiting.settled.value).to.deep.equal(['a', 'b']);
      expect(world.clock.timers).to.equal(0);
    });

    it('runs through the whole stack', async () => {
      class Service {
        started = 0;

        @CircuitProtected({ circuit: uniqueName() })
        @RetryOnTransient({ minWait: '1s', jitter: 'none' })
        @ConcurrencyLimited({ limit: 1 })
        async *stream(): AsyncGenerator<string> {
          this.started += 1;
          if (this.started === 1) throw unavailable();
          yield 'a';
        }
      }
      const service = new Service();
      const retried = watch(collect(service.stream()));
      await turn();
      // In the wait between its attempts.
      expect(await collect(service.stream())).to.deep.equal(['a']);
      await world.clock.advance('1s');
      expect(retried.settled.value).to.deep.equal(['a']);
    });
  });

  describe('with an adaptive limit', () => {
    /** How many calls get in at once, seen by making them; they end well at once. */
    async function room(service: ReturnType<typeof serviceWith>): Promise<number> {
      const before = service.bench.begun.length;
      const calls = Array.from({ length: 250 }, (_, i) => watch(service.work(`room ${i}`)));
      await turn();
      const begun = service.bench.begun.slice(before);
      for (const name of begun) await service.bench.fail(name, rejection());
      expect(calls.every(({ settled }) => settled.done)).to.equal(true);
      return begun.length;
    }

    it('starts at 20', async () => {
      expect(await room(serviceWith({ limit: 'adaptive' }))).to.equal(20);
    });

    it('grows while latency stays the same under load', async () => {
      const service = serviceWith({ limit: 'adaptive' });
      for (let round = 0; round < 5; round++) {
        const names = Array.from({ length: 20 }, (_, i) => `${round} ${i}`);
        const calls = names.map((name) => service.work(name));
        await world.clock.advance('50ms');
        for (const name of names) await service.bench.succeed(name);
        await Promise.all(calls);
      }
      expect(await room(service)).to.be.above(30);
    });

    /** So many calls at a time, one lot after the other, each of which takes so long. */
    async function rounds(service: ReturnType<typeof serviceWith>, count: number, atOnce: number, takes: Duration) {
      for (let round = 0; round < count; round++) {
        const names = Array.from({ length: atOnce }, (_, i) => `${round} ${i}`);
        for (const name of names) void watch(service.work(name));
        await world.clock.advance(takes);
        for (const name of names) if (service.bench.isAtWork(name)) await service.bench.succeed(name);
        await turn();
      }
    }

    it('shrinks when calls take longer than they used to', async () => {
      const service = serviceWith({ limit: 'adaptive' });
      await rounds(service, 5, 20, '50ms');
      await rounds(service, 5, 20, '500ms');
      expect(await room(service)).to.be.below(20);
    });

    it('knows from one call in eight how long calls take while less than half of it is used', async () => {
      const busyAfter = async (quiet: number): Promise<number> => {
        const service = serviceWith({ limit: 'adaptive' });
        await rounds(service, quiet, 1, '50ms');
        await rounds(service, 2, 20, '500ms');
        return room(service);
      };
      // Of ten latencies the limit makes no trend yet.
      expect(await busyAfter(15)).to.be.above(20);
      expect(await busyAfter(160)).to.be.below(15);
    });

    it('shrinks on transient failures, but not on others, nor on what the caller ended', async () => {
      const service = serviceWith({ limit: 'adaptive' });
      const failWith = async (error: unknown, options?: { signal: AbortSignal }): Promise<void> => {
        for (let i = 0; i < 4; i++) {
          void watch(service.work('failing', options));
          await service.bench.fail('failing', error);
        }
      };
      await failWith(new TypeError('a bug'));
      for (let i = 0; i < 4; i++) {
        const caller = new AbortController();
        void watch(service.work('failing', { signal: caller.signal }));
        caller.abort();
        await service.bench.fail('failing', unavailable());
      }
      expect(await room(service)).to.equal(20);
      await failWith(unavailable());
      expect(await room(service)).to.equal(13);
    });

    it('falls to 1 in an outage and still lets one through', async () => {
      const service = serviceWith({ limit: 'adaptive' });
      for (let i = 0; i < 60; i++) {
        void watch(service.work('down'));
        await service.bench.fail('down');
      }
      expect(await room(service)).to.equal(1);
    });

    it('takes the first chunk of a stream for its latency, however long the others take', async () => {
      const limitAfter = async (...lots: [first: Duration, second: Duration][]): Promise<number | undefined> => {
        class Service {
          @ConcurrencyLimited({ limit: 'adaptive' })
          async *stream(first: Promise<unknown>, second: Promise<unknown>): AsyncGenerator<string> {
            await first;
            yield 'a';
            await second;
            yield 'b';
          }
        }
        const service = new Service();
        for (const takes of lots) {
          const chunks = [deferred(), deferred()] as const;
          const open = Array.from({ length: 20 }, () => service.stream(chunks[0].promise, chunks[1].promise));
          for (const [i, chunk] of chunks.entries()) {
            const reads = open.map((stream) => stream.next().catch(() => undefined));
            await world.clock.advance(takes[i] as Duration);
            chunk.resolve(0);
            await Promise.all(reads);
          }
          await Promise.all(open.map((stream) => stream.return(undefined)));
        }
        const never = deferred().promise;
        const asked = Array.from({ length: 201 }, () => watch(service.stream(never, never).next()));
        await turn();
        const refused = asked.find(({ settled }) => settled.done)?.settled.error as ConcurrencyLimitError;
        return refused.limit;
      };
      const lots = (count: number, first: Duration, second: Duration) =>
        Array.from({ length: count }, (): [Duration, Duration] => [first, second]);
      expect(await limitAfter(...lots(3, '50ms', '0ms'), ...lots(3, '50ms', '5s'))).to.be.above(30);
      expect(await limitAfter(['50ms', '5s'])).to.equal(await limitAfter(['50ms', '0ms']));
      expect(await limitAfter(...lots(3, '50ms', '0ms'), ...lots(8, '500ms', '0ms'))).to.be.below(20);
    });

    it('takes the first chunk of a stream for its latency, and failures after it too', async () => {
      class Service {
        @ConcurrencyLimited({ limit: 'adaptive' })
        async *stream(fails: boolean): AsyncGenerator<string> {
          yield 'a';
          if (fails) throw unavailable();
        }
      }
      const service = new Service();
      const open = Array.from({ length: 10 }, () => service.stream(false));
      for (const stream of open) await stream.next();
      for (const stream of open) await stream.return(undefined);
      for (let i = 0; i < 60; i++) {
        const stream = service.stream(true);
        await stream.next();
        await rejectionOf(stream.next());
      }
      const streams = Array.from({ length: 20 }, () => watch(service.stream(false).next()));
      await turn();
      const refused = streams.flatMap(({ settled: { error } }) => (error as ConcurrencyLimitError | undefined) ?? []);
      expect(refused.length).to.be.at.least(12);
      expect(refused[0]?.limit).to.be.at.most(5);
    });
  });

  describe('and settings', () => {
    const section = (options: object) =>
      configure({ settings: { methods: { 'Service.work': { concurrency: options } } } });

    const untouched = {
      min: { value: 1, source: 'default' },
      max: { value: 200, source: 'default' },
      initial: { value: null, source: 'default' },
      release: { value: 'abandoned', source: 'default' },
    };

    it('takes a section of its method over its options, and says so', async () => {
      const service = serviceWith({ limit: 1 });
      const restore = section({ limit: 2, queue: 1, maxQueueWait: '5s' });
      const [stack] = Object.values(describeStack(service.constructor as new () => object));
      const from = 'methods.Service.work.concurrency';
      expect(stack).to.deep.equal([
        {
          policy: 'ConcurrencyLimited',
          settings: {
            limit: { value: 2, source: 'section', from },
            queue: { value: 1, source: 'section', from },
            maxQueueWait: { value: '5s', source: 'section', from },
            ...untouched,
          },
          warnings: [],
        },
      ]);
      for (const name of ['a', 'b', 'c']) void watch(service.work(name));
      expect(service.bench.begun).to.deep.equal(['a', 'b']);
      await refusalOf(service.work('d'));
      restore();
    });

    it('keeps who is at work and who waits over a change, and lets in by the new limit', async () => {
      const service = serviceWith({ limit: 1, queue: 5 });
      for (const name of ['a', 'b', 'c', 'd']) void watch(service.work(name));
      const restore = section({ limit: 3 });
      void watch(service.work('e'));
      await turn();
      expect(service.bench.begun).to.deep.equal(['a', 'b', 'c']);
      restore();
      void watch(service.work('f'));
      await service.bench.succeed('a');
      await service.bench.succeed('b');
      expect(service.bench.begun).to.deep.equal(['a', 'b', 'c']);
      await service.bench.succeed('c');
      expect(service.bench.begun).to.deep.equal(['a', 'b', 'c', 'd']);
    });

    it('says what stands in the code, and what is a default', () => {
      const [stack] = Object.values(describeStack(serviceWith({ limit: 'adaptive' }).constructor as new () => object));
      expect(stack?.[0]?.settings).to.deep.equal({
        limit: { value: 'adaptive', source: 'decorator' },
        queue: { value: 0, source: 'default' },
        maxQueueWait: { value: '30s', source: 'default' },
        ...untouched,
      });
    });

    for (const [options, problem] of [
      [undefined, 'limit: expected an integer >= 1 or "adaptive", got nothing'],
      [{}, 'limit: expected an integer >= 1 or "adaptive", got nothing'],
      [{ limit: 0 }, 'limit: expected an integer >= 1 or "adaptive", got 0'],
      [{ limit: 2.5 }, 'limit: expected an integer >= 1 or "adaptive", got 2.5'],
      [{ limit: '5' }, 'limit: expected an integer >= 1 or "adaptive", got "5"'],
      [{ limit: 5, queue: -1 }, 'queue: expected an integer >= 0, got -1'],
      [{ limit: 5, maxQueueWait: 5 }, 'maxQueueWait: expected a duration above 0 with a unit'],
      [{ limit: 5, maxQueueWait: '0s' }, 'maxQueueWait: expected a duration above 0 with a unit'],
      [{ limit: 5, quue: 5 }, 'quue: unknown key; did you mean "queue"?'],
    ] as const) {
      it(`refuses ${JSON.stringify(options)} when the class is defined`, () => {
        expect(() => untyped(ConcurrencyLimited)(options)(async function work() {})).to.throw(
          DecorationError,
          `work: @ConcurrencyLimited() ${problem}`,
        );
      });
    }

    it('may not stand above the retry or the circuit', () => {
      expect(() => {
        class Service {
          @ConcurrencyLimited({ limit: 1 })
          @RetryOnTransient()
          async work(): Promise<void> {}
        }
        return Service;
      }).to.throw(
        DecorationError,
        /@ConcurrencyLimited\(\) stands above @RetryOnTransient\(\): its permit would be held .*\n {2}@RetryOnTransient\(\)\n {2}@ConcurrencyLimited\(\)/,
      );
    });
  });
});
