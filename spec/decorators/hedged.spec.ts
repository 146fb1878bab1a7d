import { expect } from 'chai';
import fc from 'fast-check';
import {
  CircuitProtected,
  ConcurrencyLimited,
  ConfigurationError,
  circuit,
  classify,
  configure,
  currentSignal,
  DecorationError,
  describe as describeStack,
  Hedged,
  type HedgeOptions,
  onEvent,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
  TimeLimitError,
} from '#lib/index.js';
import { instantRetries } from '#lib/testing/index.js';
import { deferred, rejection, rejectionOf, turn, unavailable, uniqueName, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

/** An attempt that is at work until it is settled by hand. */
interface Job extends ReturnType<typeof deferred> {
  readonly signal: AbortSignal | undefined;
}

/** An upstream whose attempts are settled by hand, in whatever order. */
class Bench {
  readonly jobs: Job[] = [];

  work(): Promise<unknown> {
    const job = { ...deferred(), signal: currentSignal() };
    this.jobs.push(job);
    return job.promise;
  }

  get attempts(): number {
    return this.jobs.length;
  }

  async succeed(attempt: number, value: unknown = attempt): Promise<void> {
    this.jobs[attempt - 1]?.resolve(value);
    await turn();
  }

  async fail(attempt: number, error: unknown = unavailable()): Promise<void> {
    this.jobs[attempt - 1]?.reject(error);
    await turn();
  }

  /** Which attempts have been told to end. */
  get aborted(): boolean[] {
    return this.jobs.map(({ signal }) => signal?.aborted === true);
  }
}

// oxlint-disable-next-line typescript/no-explicit-any -- what the types refuse is tried at run time
const untyped = (value: unknown): any => value;

describe('@Hedged', () => {
  const world = virtualTime();
  let unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  beforeEach(() => {
    unhandled = [];
    process.on('unhandledRejection', note);
  });
  afterEach(async () => {
    await turn();
    process.off('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
    expect(world.clock.timers).to.equal(0);
  });

  function serviceWith(options: HedgeOptions) {
    class Service {
      readonly bench = new Bench();

      @Hedged(options)
      async work(_options?: { signal?: AbortSignal }): Promise<unknown> {
        return this.bench.work();
      }
    }
    return new Service();
  }

  it('hands on the value of a call that is fast enough, and starts no second attempt', async () => {
    const service = serviceWith({ after: '100ms' });
    const call = service.work();
    await world.clock.advance('99ms');
    await service.bench.succeed(1, 'yes');
    expect(await call).to.equal('yes');
    expect(service.bench.attempts).to.equal(1);
    expect(service.bench.aborted).to.deep.equal([false]);
    expect(world.events).to.have.lengthOf(0);
    expect(world.clock.timers).to.equal(0);
  });

  it('starts a second attempt at the moment that is named, takes the first success and aborts the other', async () => {
    const service = serviceWith({ after: '100ms' });
    const call = service.work();
    await world.clock.advance('99ms');
    expect(service.bench.attempts).to.equal(1);
    await world.clock.advance('1ms');
    expect(service.bench.attempts).to.equal(2);
    await service.bench.succeed(2);
    expect(await call).to.equal(2);
    expect(service.bench.aborted).to.deep.equal([true, false]);
    expect(classify(service.bench.jobs[0]?.signal?.reason).kind).to.equal('cancelled');
    expect(world.events).to.deep.equal([{ type: 'hedge_started', method: 'Service.work', attempt: 2, waitMs: 100 }]);
  });

  it('takes the first attempt after all when that succeeds first', async () => {
    const service = serviceWith({ after: '100ms' });
    const call = service.work();
    await world.clock.advance('100ms');
    await service.bench.succeed(1);
    expect(await call).to.equal(1);
    expect(service.bench.aborted).to.deep.equal([false, true]);
  });

  it('starts as many as it may, each after the same time', async () => {
    const service = serviceWith({ after: '100ms', maxHedges: 3 });
    const call = service.work();
    const started: number[] = [];
    for (let i = 0; i < 6; i++) {
      started.push(service.bench.attempts);
      await world.clock.advance('100ms');
    }
    expect(started).to.deep.equal([1, 2, 3, 4, 4, 4]);
    expect(world.heard('hedge_started').map(({ attempt, waitMs }) => [attempt, waitMs])).to.deep.equal([
      [2, 100],
      [3, 100],
      [4, 100],
    ]);
    await service.bench.succeed(3);
    expect(await call).to.equal(3);
    expect(service.bench.aborted).to.deep.equal([true, true, false, true]);
  });

  it('swallows what the losers come to later', async () => {
    const service = serviceWith({ after: '100ms', maxHedges: 2 });
    const call = service.work();
    await world.clock.advance('200ms');
    await service.bench.succeed(2);
    await service.bench.fail(1);
    await service.bench.succeed(3);
    expect(await call).to.equal(2);
  });

  it('hedges methods that are called with this and arguments', async () => {
    class Service {
      calls: unknown[] = [];

      @Hedged({ after: '1s' })
      async ask(...args: unknown[]): Promise<unknown> {
        this.calls.push(args);
        return this.calls.length === 1 ? new Promise(() => undefined) : this.calls.length;
      }
    }
    const service = new Service();
    const asked = service.ask('a', 5);
    await world.clock.advance('1s');
    expect(await asked).to.equal(2);
    expect(service.calls).to.deep.equal([
      ['a', 5],
      ['a', 5],
    ]);
  });

  describe('when attempts fail', () => {
    it('fails at once with the error of the only attempt, and starts no other', async () => {
      const service = serviceWith({ after: '100ms' });
      const call = watch(service.work());
      const error = rejection();
      await service.bench.fail(1, error);
      expect(call.settled.error).to.equal(error);
      await world.clock.advance('1s');
      expect(service.bench.attempts).to.equal(1);
    });

    for (const [first, second] of [
      [1, 2],
      [2, 1],
    ] as const) {
      it(`does not fail while another is out: attempt ${first} fails, ${second} succeeds`, async () => {
        const service = serviceWith({ after: '100ms' });
        const call = watch(service.work());
        await world.clock.advance('100ms');
        await service.bench.fail(first, rejection());
        expect(call.settled.done).to.equal(false);
        await service.bench.succeed(second);
        expect(call.settled).to.deep.equal({ done: true, value: second });
      });

      it(`throws the error of the first attempt itself when ${first} fails before ${second}`, async () => {
        const service = serviceWith({ after: '100ms' });
        const call = watch(service.work());
        await world.clock.advance('100ms');
        const errors = [unavailable(), rejection()];
        await service.bench.fail(first, errors[first - 1]);
        await service.bench.fail(second, errors[second - 1]);
        expect(call.settled.error).to.equal(errors[0]);
      });
    }

    it('starts the next one in its time though one has failed', async () => {
      const service = serviceWith({ after: '100ms', maxHedges: 2 });
      const call = watch(service.work());
      await world.clock.advance('100ms');
      await service.bench.fail(1);
      await world.clock.advance('100ms');
      expect(service.bench.attempts).to.equal(3);
      await service.bench.fail(2);
      expect(call.settled.done).to.equal(false);
      await service.bench.succeed(3);
      expect(call.settled.value).to.equal(3);
    });

    it('does not wait for the next one when all that are out have failed', async () => {
      const service = serviceWith({ after: '100ms', maxHedges: 5 });
      const call = watch(service.work());
      await world.clock.advance('100ms');
      await service.bench.fail(1);
      await service.bench.fail(2);
      expect(call.settled.done).to.equal(true);
      expect(world.clock.timers).to.equal(0);
    });

    it('throws undefined where that is what was thrown', async () => {
      const service = serviceWith({ after: '100ms' });
      const call = watch(service.work());
      service.bench.jobs[0]?.reject(undefined);
      await turn();
      expect(call.settled).to.deep.equal({ done: true, error: undefined });
    });
  });

  describe('and the caller', () => {
    /** A signal that counts who listens to it. */
    function counted() {
      const controller = new AbortController();
      const { signal } = controller;
      const listening = { count: 0 };
      const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
      signal.addEventListener = untyped((...args: Parameters<typeof add>) => (listening.count++, add(...args)));
      signal.removeEventListener = untyped(
        (...args: Parameters<typeof remove>) => (listening.count--, remove(...args)),
      );
      return { controller, signal, listening };
    }

    it('ends every attempt at once when he aborts, with his reason, and leaves no listener behind', async () => {
      const service = serviceWith({ after: '100ms', maxHedges: 2 });
      const { controller, signal, listening } = counted();
      const call = watch(service.work({ signal }));
      await world.clock.advance('100ms');
      expect(listening.count).to.equal(1);
      const reason = new Error('gone');
      controller.abort(reason);
      await turn();
      expect(call.settled.error).to.equal(reason);
      expect(service.bench.jobs.map((job) => job.signal?.reason as unknown)).to.deep.equal([reason, reason]);
      expect([listening.count, world.clock.timers]).to.deep.equal([0, 0]);
      await service.bench.succeed(1);
    });

    it('leaves no listener behind after a success or a failure', async () => {
      const service = serviceWith({ after: '100ms' });
      const { signal, listening } = counted();
      const first = service.work({ signal });
      await service.bench.succeed(1);
      await first;
      expect(listening.count).to.equal(0);
      const second = watch(service.work({ signal }));
      await service.bench.fail(2);
      expect([second.settled.done, listening.count]).to.deep.equal([true, 0]);
    });

    it('makes no attempt for one who has gone already', async () => {
      const service = serviceWith({ after: '100ms' });
      expect(await rejectionOf(service.work({ signal: AbortSignal.abort('gone') }))).to.equal('gone');
      expect(service.bench.attempts).to.equal(0);
    });

    it('ends the call also when he aborts from within the method, or as he hears of the hedge', async () => {
      const controllers = [new AbortController(), new AbortController()];
      const signals: AbortSignal[] = [];
      const ask = Hedged({ after: '100ms', maxHedges: 2 })(async function ask(signal: AbortSignal) {
        signals.push(currentSignal() as AbortSignal);
        if (signal === controllers[0]?.signal) controllers[0].abort('within');
        return new Promise(() => undefined);
      });
      expect(await rejectionOf(ask(controllers[0]?.signal as AbortSignal))).to.equal('within');
      expect([signals.map(({ reason }) => reason as unknown), world.clock.timers]).to.deep.equal([['within'], 0]);
      const ignore = onEvent(({ type }) => type === 'hedge_started' && controllers[1]?.abort('heard'));
      const call = watch(ask(controllers[1]?.signal as AbortSignal));
      await world.clock.advance('1s');
      ignore();
      expect(call.settled.error).to.equal('heard');
      expect(signals.map(({ reason }) => reason as unknown)).to.deep.equal(['within', 'heard', 'heard']);
    });

    it('lets the circuit ignore what he aborts', async () => {
      const name = uniqueName();
      class Service {
        readonly bench = new Bench();

        @CircuitProtected({ circuit: name, failureThreshold: 1 })
        @Hedged({ after: '100ms' })
        async work(_signal: AbortSignal): Promise<unknown> {
          return this.bench.work();
        }
      }
      const service = new Service();
      for (const before of [false, true]) {
        const controller = new AbortController();
        if (before) controller.abort(unavailable());
        const call = watch(service.work(controller.signal));
        await world.clock.advance('100ms');
        controller.abort(unavailable());
        await turn();
        expect(call.settled.error).to.have.property('status', 503);
        expect(circuit(name).state).to.equal('closed');
      }
    });
  });

  describe('with a percentile', () => {
    /** Calls that take so long each. */
    async function call(service: ReturnType<typeof serviceWith>, ms: number): Promise<void> {
      const asked = service.work();
      await world.clock.advance(`${ms}ms`);
      await service.bench.succeed(service.bench.attempts);
      await asked;
    }

    it('starts no second attempt until a hundred calls were seen', async () => {
      const service = serviceWith({ after: 'p95' });
      for (let i = 0; i < 99; i++) await call(service, 10);
      await call(service, 5000);
      expect(service.bench.attempts).to.equal(100);
      expect(world.events).to.have.lengthOf(0);
    });

    it('starts it after the time in which so many of the calls were done', async () => {
      const service = serviceWith({ after: 'p95' });
      for (let i = 0; i < 95; i++) await call(service, 10);
      for (let i = 0; i < 5; i++) await call(service, 400);
      const slow = service.work();
      await world.clock.advance('9ms');
      expect(service.bench.attempts).to.equal(101);
      await world.clock.advance('1ms');
      expect(service.bench.attempts).to.equal(102);
      expect(world.heard('hedge_started')[0]).to.include({ attempt: 2, waitMs: 10 });
      await service.bench.succeed(102);
      expect(await slow).to.equal(102);
    });

    it('goes by what first attempts took, also those that have lost, and by no failure', async () => {
      const service = serviceWith({ after: 'p50' });
      for (let i = 0; i < 100; i++) await call(service, 16);
      // Each is won by its hedge, and yet took 64 ms at least: what is called normal does not sink.
      for (let i = 0; i < 460; i++) await call(service, 64);
      for (let i = 0; i < 200; i++) {
        const failing = watch(service.work());
        await service.bench.fail(service.bench.attempts);
        expect(failing.settled.done).to.equal(true);
      }
      // Nor by a success of the second attempt when the first has failed, however long that took.
      for (let i = 0; i < 600; i++) {
        const recovering = service.work();
        await world.clock.advance('64ms');
        await service.bench.fail(service.bench.attempts - 1);
        await world.clock.advance('1s');
        await service.bench.succeed(service.bench.attempts);
        await recovering;
      }
      const last = service.work();
      const before = service.bench.attempts;
      await world.clock.advance('63ms');
      expect(service.bench.attempts).to.equal(before);
      await world.clock.advance('1ms');
      expect(service.bench.attempts).to.equal(before + 1);
      await service.bench.succeed(before);
      await last;
    });

    it('remembers what it has seen when settings change', async () => {
      const service = serviceWith({ after: 'p95' });
      for (let i = 0; i < 100; i++) await call(service, 10);
      const restore = configure({ settings: { methods: { 'Service.work': { hedge: { maxHedges: 2 } } } } });
      const slow = service.work();
      await world.clock.advance('20ms');
      expect(service.bench.attempts).to.equal(103);
      restore();
      await service.bench.succeed(103);
      await slow;
    });
  });

  describe('and the budget', () => {
    it('is spent by hedges as by retries, and an empty one starts none', async () => {
      const service = serviceWith({ after: '1ms', maxHedges: 200 });
      const call = watch(service.work());
      await world.clock.advance('100ms');
      // A hundred tokens, and one more that came back in the meantime.
      expect(service.bench.attempts).to.equal(101);
      await world.clock.advance('1ms');
      expect(world.heard('hedge_refused')).to.deep.equal([]);
      await world.clock.advance('1ms');
      expect(world.heard('hedge_refused')).to.deep.equal([
        { type: 'hedge_refused', method: 'Service.work', attempt: 103, reason: 'budget' },
      ]);
      await world.clock.advance('1m');
      expect(service.bench.attempts).to.equal(102);
      await service.bench.succeed(7);
      expect(call.settled.value).to.equal(7);
    });

    it('is given back by a call that ends well, and not by one that fails', async () => {
      const service = serviceWith({ after: '1ms', maxHedges: 60 });
      const hedgesOf = async (settle: (attempt: number) => Promise<void>): Promise<number> => {
        const before = service.bench.attempts;
        const call = watch(service.work());
        await world.clock.advance('60ms');
        const after = service.bench.attempts;
        for (let attempt = before + 1; attempt <= after; attempt++) await settle(attempt);
        expect(call.settled.done).to.equal(true);
        return after - before - 1;
      };
      expect(await hedgesOf((attempt) => service.bench.succeed(attempt))).to.equal(60);
      expect(await hedgesOf((attempt) => service.bench.fail(attempt))).to.equal(60);
      expect(await hedgesOf((attempt) => service.bench.fail(attempt))).to.be.within(40, 42);
    });

    it('is that of the circuit, which retries of other methods draw on', async () => {
      const name = uniqueName();
      class Service {
        readonly bench = new Bench();

        @CircuitProtected({ circuit: name, failureThreshold: 1000 })
        @RetryOnTransient({ maxAttempts: 200, jitter: 'none', minWait: '0ms', maxWait: '0ms' })
        async retried(): Promise<never> {
          throw unavailable();
        }

        @CircuitProtected(name)
        @Hedged({ after: '1ms' })
        async hedged(): Promise<unknown> {
          return this.bench.work();
        }
      }
      const service = new Service();
      await rejectionOf(service.retried());
      const call = service.hedged();
      await world.clock.advance('1ms');
      expect(world.heard('hedge_refused')).to.deep.equal([
        { type: 'hedge_refused', method: 'Service.hedged', circuit: name, attempt: 2, reason: 'budget' },
      ]);
      await service.bench.succeed(1);
      expect(await call).to.equal(1);
    });
  });

  describe('beside a circuit', () => {
    function stack() {
      const name = uniqueName();
      class Service {
        readonly bench = new Bench();

        @CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '10s' })
        @Hedged({ after: '100ms', maxHedges: 2 })
        async work(): Promise<unknown> {
          return this.bench.work();
        }
      }
      return { name, service: new Service() };
    }

    it('starts none when it has opened meanwhile, and lets the first go on', async () => {
      const { name, service } = stack();
      const [call, other] = [service.work(), watch(service.work())];
      await service.bench.fail(2);
      expect([other.settled.done, circuit(name).state]).to.deep.equal([true, 'open']);
      await world.clock.advance('1s');
      expect(service.bench.attempts).to.equal(2);
      expect(world.heard('hedge_refused')).to.deep.equal([
        { type: 'hedge_refused', method: 'Service.work', circuit: name, attempt: 2, reason: 'circuit-open' },
      ]);
      await service.bench.succeed(1);
      expect(await call).to.equal(1);
    });

    it('counts all attempts as one failure', async () => {
      const { name, service } = stack();
      const call = watch(service.work());
      await world.clock.advance('100ms');
      await service.bench.fail(1);
      expect(circuit(name).state).to.equal('closed');
      await service.bench.fail(2);
      expect([call.settled.done, circuit(name).state]).to.deep.equal([true, 'open']);
    });

    it('sends a probe once', async () => {
      const { name, service } = stack();
      const call = watch(service.work());
      await service.bench.fail(1);
      expect(call.settled.done).to.equal(true);
      await world.clock.advance('10s');
      const probe = service.work();
      await world.clock.advance('3s');
      expect(service.bench.attempts).to.equal(2);
      await service.bench.succeed(2);
      expect([await probe, circuit(name).state]).to.deep.equal([2, 'closed']);
    });
  });

  describe('below a retry', () => {
    class Service {
      readonly bench = new Bench();

      @RetryOnTransient({ maxAttempts: 2, jitter: 'none', minWait: '1s' })
      @Hedged({ after: '100ms' })
      async work(): Promise<unknown> {
        return this.bench.work();
      }
    }

    it('lets it repeat a call of which all attempts have failed, and hedges that one too', async () => {
      const service = new Service();
      const call = service.work();
      await world.clock.advance('100ms');
      await service.bench.fail(2);
      await service.bench.fail(1);
      await world.clock.advance('1s');
      expect(service.bench.attempts).to.equal(3);
      await world.clock.advance('100ms');
      expect(service.bench.attempts).to.equal(4);
      await service.bench.succeed(4);
      expect(await call).to.equal(4);
      expect(world.events.map(({ type }) => type)).to.deep.equal(['hedge_started', 'retry_scheduled', 'hedge_started']);
    });
  });

  describe('above a bulkhead', () => {
    function stack(limit: number, queue = 0) {
      class Service {
        readonly bench = new Bench();

        @Hedged({ after: '100ms' })
        @ConcurrencyLimited({ limit, queue })
        async work(_signal?: AbortSignal): Promise<unknown> {
          return this.bench.work();
        }
      }
      return new Service();
    }

    it('takes a permit for each attempt, and that of the loser comes back at once though it heeds nothing', async () => {
      const service = stack(2);
      const call = service.work();
      await world.clock.advance('100ms');
      expect(await rejectionOf(service.work())).to.have.property('name', 'ConcurrencyLimitError');
      await service.bench.succeed(2);
      expect(await call).to.equal(2);
      const next = [watch(service.work()), watch(service.work())];
      await turn();
      expect(service.bench.attempts).to.equal(4);
      await service.bench.succeed(3);
      await service.bench.succeed(4);
      expect(next.map(({ settled }) => settled.value)).to.deep.equal([3, 4]);
    });

    it('does not fail because a hedge was refused', async () => {
      const service = stack(1);
      const call = watch(service.work());
      await world.clock.advance('100ms');
      const error = unavailable();
      await service.bench.fail(1, error);
      expect(call.settled.error).to.equal(error);
    });

    it('takes a loser out of the queue', async () => {
      const service = stack(1, 1);
      const call = service.work();
      await world.clock.advance('100ms');
      expect([service.bench.attempts, world.clock.timers]).to.deep.equal([1, 1]);
      await service.bench.succeed(1);
      expect(await call).to.equal(1);
      expect([service.bench.attempts, world.clock.timers]).to.deep.equal([1, 0]);
    });

    it('brings every permit back before a caller who aborts hears of it', async () => {
      const service = stack(2);
      const controller = new AbortController();
      const call = service.work(controller.signal);
      await world.clock.advance('100ms');
      controller.abort('gone');
      expect(await rejectionOf(call)).to.equal('gone');
      const next = [service.work(), service.work()];
      for (const attempt of [3, 4]) await service.bench.succeed(attempt);
      expect(await Promise.all(next)).to.deep.equal([3, 4]);
    });
  });

  describe('and time limits', () => {
    it('ends every attempt with the limit of the whole call', async () => {
      const name = uniqueName();
      class Service {
        readonly bench = new Bench();

        @TimeLimited('1s')
        @CircuitProtected({ circuit: name, failureThreshold: 1 })
        @RetryOnTransient()
        @Hedged({ after: '100ms' })
        async work(): Promise<unknown> {
          return this.bench.work();
        }
      }
      const service = new Service();
      const call = watch(service.work());
      await world.clock.advance('1s');
      await turn();
      expect(call.settled.error).to.be.instanceOf(TimeLimitError);
      expect(service.bench.jobs.map(({ signal }) => signal?.reason as unknown)).to.deep.equal([
        call.settled.error,
        call.settled.error,
      ]);
      expect(circuit(name).state).to.equal('open');
    });

    it('ends what stands beneath with the limit of the whole call, so that permits come back', async () => {
      class Service {
        readonly bench = new Bench();

        @TimeLimited('1s')
        @Hedged({ after: '100ms' })
        @ConcurrencyLimited({ limit: 2 })
        async work(): Promise<unknown> {
          return this.bench.work();
        }
      }
      const service = new Service();
      const call = rejectionOf(service.work());
      await world.clock.advance('1s');
      expect(await call).to.be.instanceOf(TimeLimitError);
      const next = [service.work(), service.work()];
      for (const attempt of [3, 4]) await service.bench.succeed(attempt);
      expect(await Promise.all(next)).to.deep.equal([3, 4]);
    });

    it('gives the method the signal of a limit below it, which ends with its attempt and with its own time', async () => {
      class Service {
        readonly bench = new Bench();

        @Hedged({ after: '100ms', maxHedges: 2 })
        @TimeLimited('250ms')
        async work(): Promise<unknown> {
          return this.bench.work();
        }
      }
      const service = new Service();
      const call = service.work();
      await world.clock.advance('250ms');
      expect(service.bench.aborted).to.deep.equal([true, false, false]);
      expect(service.bench.jobs[0]?.signal?.reason).to.be.instanceOf(TimeLimitError);
      await service.bench.succeed(3);
      expect(await call).to.equal(3);
      expect(service.bench.aborted).to.deep.equal([true, true, false]);
      expect(classify(service.bench.jobs[1]?.signal?.reason).kind).to.equal('cancelled');
    });

    it("keeps the caller's reason where only the limit below knows his signal", async () => {
      const name = uniqueName();
      class Service {
        readonly bench = new Bench();

        @CircuitProtected({ circuit: name, failureThreshold: 1 })
        @Hedged({ after: '100ms' })
        @TimeLimited({ limit: '5s', signal: (_question: string, { stop }: { stop: AbortSignal }) => stop })
        async work(_question: string, _options: { stop: AbortSignal }): Promise<unknown> {
          return this.bench.work();
        }
      }
      const service = new Service();
      const controller = new AbortController();
      const call = watch(service.work('?', { stop: controller.signal }));
      await world.clock.advance('100ms');
      const reason = unavailable();
      controller.abort(reason);
      await turn();
      expect(call.settled.error).to.equal(reason);
      expect([service.bench.aborted, circuit(name).state]).to.deep.equal([[true, true], 'closed']);
    });
  });

  describe('the signal', () => {
    it('is one for each attempt, and the same throughout', async () => {
      const seen: (AbortSignal | undefined)[] = [];
      const ask = Hedged({ after: '1s' })(async function ask() {
        const signal = currentSignal();
        await turn();
        seen.push(signal, currentSignal());
        return seen.length > 2 ? 'second' : new Promise(() => undefined);
      });
      const asked = ask();
      await world.clock.advance('1s');
      expect(await asked).to.equal('second');
      expect(seen[0]).to.equal(seen[1]).and.to.be.instanceOf(AbortSignal);
      expect(seen[2]).to.equal(seen[3]).and.not.to.equal(seen[0]);
      expect(currentSignal()).to.equal(undefined);
    });
  });

  describe('on a stream', () => {
    let closed: number[] = [];
    let begun = 0;
    beforeEach(() => {
      closed = [];
      begun = 0;
    });

    /** Yields after the time that its attempt takes to begin, and then what it is told to. */
    async function* source(waits: readonly number[], chunks = ['a', 'b', 'c']): AsyncGenerator<string, string, string> {
      begun += 1;
      const number = begun;
      const wait = waits[number - 1] ?? 0;
      try {
        const { promise, resolve } = deferred<void>();
        world.clock.setTimer(() => resolve(), wait);
        await promise;
        for (const chunk of chunks) yield `${chunk}${number}`;
        return `end ${number}`;
      } finally {
        closed.push(number);
      }
    }

    class Service {
      waits: readonly number[] = [];

      @Hedged({ after: '100ms', maxHedges: 2 })
      async *read(_options?: { signal?: AbortSignal }): AsyncGenerator<string, string, string> {
        return yield* source(this.waits);
      }

      @Hedged({ after: '100ms' })
      @ConcurrencyLimited({ limit: 2 })
      async *limited(): AsyncGenerator<string> {
        yield* source(this.waits);
      }

      @Hedged({ after: '100ms' })
      @TimeLimited({ firstChunk: '1s' })
      async *timed(): AsyncGenerator<string> {
        yield* source(this.waits);
      }

      @Hedged({ after: '100ms' })
      async *broken(errors: unknown[]): AsyncGenerator<string> {
        begun += 1;
        const error = errors[begun - 1];
        await new Promise<void>((resolve) => world.clock.setTimer(resolve, 150));
        if (error) throw error;
        yield 'never';
      }
    }

    function serviceThat(waits: readonly number[]): Service {
      const service = new Service();
      service.waits = waits;
      return service;
    }

    async function collect(stream: AsyncGenerator<string>): Promise<string[]> {
      const chunks: string[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return chunks;
    }

    it('starts no second attempt when the first chunk comes in time, however slow the others are', async () => {
      const collected = collect(serviceThat([90]).read());
      await world.clock.advance('1s');
      expect(await collected).to.deep.equal(['a1', 'b1', 'c1']);
      expect([begun, world.events.length]).to.deep.equal([1, 0]);
    });

    for (const [how, read] of [
      ['alone', (service: Service) => service.read()],
      ['above a bulkhead', (service: Service) => service.limited()],
      ['above a time limit', (service: Service) => service.timed()],
    ] as const) {
      it(`goes on with the stream whose first chunk comes first, and closes the others, ${how}`, async () => {
        const service = serviceThat([500, 50]);
        const collected = collect(read(service));
        await world.clock.advance('1s');
        expect(await collected).to.deep.equal(['a2', 'b2', 'c2']);
        expect(closed).to.have.members([1, 2]);
        expect(world.heard('hedge_started')).to.have.lengthOf(1);
      });

      it(`closes the others when first chunks come at the same time, ${how}`, async () => {
        const service = serviceThat([200, 100]);
        const stream = read(service);
        const first = stream.next();
        await world.clock.advance('200ms');
        const { value } = await first;
        await turn();
        expect(closed).to.deep.equal(value === 'a1' ? [2] : [1]);
        await stream.return(undefined as never);
        expect(closed).to.have.members([1, 2]);
        expect(world.clock.timers).to.equal(0);
      });
    }

    it('brings the permits of closed streams back', async () => {
      const service = serviceThat([500, 50]);
      const stream = service.limited();
      const first = stream.next();
      await world.clock.advance('150ms');
      expect(await first).to.include({ value: 'a2' });
      const other = serviceThat([0, 0, 10]).limited();
      const second = other.next();
      await world.clock.advance('10ms');
      expect(await second).to.include({ value: 'a3' });
      expect(world.heard('concurrency_refused')).to.have.lengthOf(0);
      for (const one of [stream, other]) await one.return(undefined);
      await world.clock.advance('1s');
    });

    it('closes a stream whose first chunk comes in the same moment as that of the winner', async () => {
      const go = deferred<void>();
      class Twins {
        @Hedged({ after: '100ms' })
        @ConcurrencyLimited({ limit: 2 })
        async *read(): AsyncGenerator<number> {
          begun += 1;
          const number = begun;
          try {
            await go.promise;
            yield number;
          } finally {
            closed.push(number);
          }
        }
      }
      const service = new Twins();
      const stream = service.read();
      const first = stream.next();
      await world.clock.advance('100ms');
      go.resolve();
      const { value } = await first;
      await turn();
      expect(closed).to.deep.equal([3 - (value as number)]);
      // One permit is the winner's, and the other is free again.
      expect(await service.read().next()).to.include({ done: false });
      await stream.return(undefined);
      expect(closed).to.have.members([1, 2]);
    });

    it('brings every permit back before a caller who aborts hears of it', async () => {
      class Hanging {
        @Hedged({ after: '100ms' })
        @ConcurrencyLimited({ limit: 2 })
        async *read(_signal: AbortSignal): AsyncGenerator<number> {
          begun += 1;
          if (begun <= 2) await new Promise(() => undefined);
          yield begun;
        }
      }
      const service = new Hanging();
      const controller = new AbortController();
      const read = service.read(controller.signal).next();
      await world.clock.advance('100ms');
      controller.abort('gone');
      expect(await rejectionOf(read)).to.equal('gone');
      const { signal } = new AbortController();
      const next = [service.read(signal).next(), service.read(signal).next()];
      expect((await Promise.all(next)).map(({ done }) => done)).to.deep.equal([false, false]);
    });

    it('hands on what is sent, what the source returns, and what is thrown into it', async () => {
      const stream = serviceThat([]).read();
      const first = stream.next();
      await world.clock.advance('0ms');
      expect(await first).to.deep.equal({ value: 'a1', done: false });
      const error = new Error('from outside');
      expect(await rejectionOf(stream.throw(error))).to.equal(error);
      expect(closed).to.deep.equal([1]);
      const whole = serviceThat([]).read();
      const results: unknown[] = [];
      const reading = (async () => {
        for (let i = 0; i < 4; i++) results.push((await whole.next()).value);
      })();
      await world.clock.advance('0ms');
      await reading;
      expect(results).to.deep.equal(['a2', 'b2', 'c2', 'end 2']);
    });

    it('fails with the error of the first attempt when none has brought a chunk', async () => {
      const errors = [unavailable(), rejection()];
      const read = rejectionOf(new Service().broken(errors).next());
      await world.clock.advance('1s');
      expect(await read).to.equal(errors[0]);
      expect(begun).to.equal(2);
    });

    it("ends with the caller's reason before the first chunk, and also after it while nobody reads", async () => {
      for (const waits of [[500, 500, 500], [10]]) {
        const controller = new AbortController();
        const stream = serviceThat(waits).read(controller);
        const first = watch(stream.next());
        await world.clock.advance('250ms');
        controller.abort('gone');
        await turn();
        if (waits.length > 1) expect(first.settled).to.deep.equal({ done: true, error: 'gone' });
        else expect(await rejectionOf(stream.next())).to.equal('gone');
        expect(await stream.next()).to.deep.equal({ value: undefined, done: true });
        await world.clock.advance('1s');
        expect(closed).to.have.lengthOf(begun);
      }
    });

    it('holds nothing when it is never read', async () => {
      new Service().read();
      await turn();
      expect([begun, world.clock.timers]).to.deep.equal([0, 0]);
    });
  });

  it('starts none while tests take the waits away', async () => {
    const restore = instantRetries();
    const service = serviceWith({ after: '1ms' });
    const call = service.work();
    await world.clock.advance('1s');
    expect(service.bench.attempts).to.equal(1);
    await service.bench.succeed(1);
    await call;
    restore();
  });

  it('is a direct call while resilience is switched off', async () => {
    const restore = configure({ settings: { resilience: { enabled: false } } });
    const service = serviceWith({ after: '1ms' });
    const call = service.work();
    await world.clock.advance('1s');
    restore();
    expect([service.bench.attempts, service.bench.jobs[0]?.signal]).to.deep.equal([1, undefined]);
    await service.bench.succeed(1);
    await call;
  });

  describe('at the definition of a class', () => {
    const definition = (define: () => unknown): string => {
      try {
        define();
      } catch (error) {
        expect(error).to.be.instanceOf(DecorationError);
        return (error as Error).message;
      }
      throw new Error('expected the definition to be refused');
    };

    for (const [what, options, problem] of [
      ['no options', undefined, 'after: expected a duration above 0'],
      ['a percentile that is none', { after: 'p100' }, 'or a percentile from "p1" to "p99.9", got "p100"'],
      ['a number', { after: 100 }, 'after: expected a duration above 0'],
      ['nought', { after: '0ms' }, 'after: expected a duration above 0'],
      ['no hedges', { after: '1s', maxHedges: 0 }, 'maxHedges: expected an integer >= 1, got 0'],
      ['an unknown option', { after: '1s', maxHedge: 2 }, 'did you mean "maxHedges"?'],
    ] as const) {
      it(`is refused for ${what}`, () => {
        const message = definition(() => untyped(Hedged)(options)(async function ask() {}));
        expect(message).to.contain('ask: @Hedged()').and.to.contain(problem);
      });
    }

    it('is refused above what waits and repeats, with the order to write instead', () => {
      for (const [name, below] of [
        ['RespectRateLimit', RespectRateLimit()],
        ['RetryOnTransient', RetryOnTransient()],
        ['CircuitProtected', CircuitProtected()],
      ] as const) {
        const message = definition(() => {
          class Ask {
            @Hedged({ after: 'p95' })
            @below
            async ask(): Promise<void> {}
          }
          return Ask;
        });
        expect(message)
          .to.contain(`Ask.ask: @Hedged() stands above @${name}(): it would take their waits for a slow answer`)
          .and.to.contain(`  @${name}()\n  @Hedged()\n  async ask(`);
      }
    });

    it('is refused below a bulkhead', () => {
      const message = definition(() => {
        class Ask {
          @ConcurrencyLimited({ limit: 5 })
          @Hedged({ after: 'p95' })
          async ask(): Promise<void> {}
        }
        return Ask;
      });
      expect(message).to.contain('one would do for several attempts at a time');
      expect(message).to.contain('  @Hedged()\n  @ConcurrencyLimited()\n  async ask(');
    });

    it('is refused twice', () => {
      const twice = (): unknown => Hedged({ after: '1s' })(Hedged({ after: '1s' })(async function ask() {}));
      expect(definition(twice)).to.contain('@Hedged() stands twice');
    });
  });

  it('comes to the first success or the first error, and leaves nothing behind, whatever happens in what order', async () => {
    type Act = 'succeed' | 'fail' | 'abort' | 'wait';
    const act = fc.oneof(
      { weight: 4, arbitrary: fc.constant<Act>('wait') },
      { weight: 3, arbitrary: fc.constant<Act>('fail') },
      { weight: 1, arbitrary: fc.constantFrom<Act>('succeed', 'abort') },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.array(fc.tuple(act, fc.nat(9)), { maxLength: 15 }),
        async (maxHedges, isLimited, acts) => {
          const limit = maxHedges + 1;
          class Service {
            readonly bench = new Bench();

            @Hedged({ after: '100ms', maxHedges })
            async innermost(_signal: AbortSignal): Promise<unknown> {
              return this.bench.work();
            }

            @Hedged({ after: '100ms', maxHedges })
            @ConcurrencyLimited({ limit })
            @TimeLimited('1h')
            async limited(_signal: AbortSignal): Promise<unknown> {
              return this.bench.work();
            }
          }
          const service = new Service();
          const { bench } = service;
          const ask = (signal: AbortSignal): Promise<unknown> =>
            isLimited ? service.limited(signal) : service.innermost(signal);
          const controller = new AbortController();
          const call = watch(ask(controller.signal));
          const errors: Error[] = [];
          let expected: object | undefined;
          for (const [what, which] of [...acts, ['succeed', 0] as const]) {
            const out = bench.jobs.map((_, i) => i + 1).filter((attempt) => !errors[attempt]);
            const attempt = out[which % out.length] as number;
            if (what === 'wait') await world.clock.advance('50ms');
            else if (what === 'abort') controller.abort('gone');
            else if (what === 'succeed') await bench.succeed(attempt);
            else await bench.fail(attempt, (errors[attempt] = unavailable()));
            await turn();
            if (what === 'abort') expected = { done: true, error: 'gone' };
            if (what === 'succeed') expected = { done: true, value: attempt };
            if (what === 'fail' && out.length === 1) expected = { done: true, error: errors[1] };
            expect(call.settled).to.deep.equal(expected ?? { done: false });
            if (expected) break;
          }
          const attempts = bench.attempts;
          expect(attempts).to.be.at.most(limit);
          const { value, error } = call.settled;
          const lost = bench.jobs.map((_, i) => (error === 'gone' || i + 1 !== value) && !errors[i + 1]);
          expect(bench.aborted).to.deep.equal(lost);
          expect(world.clock.timers).to.equal(0);
          await world.clock.advance('1s');
          expect(bench.attempts).to.equal(attempts);
          // Every permit has come back.
          const { signal } = new AbortController();
          const next = Array.from({ length: limit }, () => watch(ask(signal)));
          expect(bench.attempts).to.equal(attempts + limit);
          for (const [i] of next.entries()) await bench.succeed(attempts + i + 1);
          expect(next.every(({ settled }) => settled.done)).to.equal(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  describe('in the settings', () => {
    const service = (): unknown => serviceWith({ after: '1s' });

    it('takes its options from the section of its method', async () => {
      const restore = configure({ settings: { methods: { 'Service.work': { hedge: { after: 'p99' } } } } });
      const Service = (service() as object).constructor as new () => unknown;
      const [described] = describeStack(Service).work ?? [];
      restore();
      expect(described).to.deep.equal({
        policy: 'Hedged',
        settings: {
          after: { value: 'p99', source: 'section', from: 'methods.Service.work.hedge' },
          maxHedges: { value: 1, source: 'default' },
        },
        warnings: [],
      });
    });

    it('names every problem of such a section', () => {
      const settings = { methods: { 'A.b': { hedge: { after: 'p0', maxHedges: 1.5, until: '1s' } } } };
      expect(() => configure({ settings: settings as never }))
        .to.throw(ConfigurationError)
        .with.property('problems')
        .that.has.lengthOf(3);
    });
  });
});
