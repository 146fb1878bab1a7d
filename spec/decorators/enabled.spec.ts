import { expect } from 'chai';
import {
  CircuitProtected,
  ConcurrencyLimited,
  circuit,
  configure,
  describe as describeStack,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
  type SettingsOverrides,
  TimeLimited,
} from '#lib/index.js';
import {
  deferred,
  fail,
  httpError,
  rejectionOf,
  succeed,
  turn,
  uniqueName,
  Upstream,
  watch,
} from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('A policy that is switched off', () => {
  const world = virtualTime();
  let undo: () => void = () => undefined;
  const set = (settings: SettingsOverrides): void => {
    undo = configure({ settings });
  };
  afterEach(() => undo());

  function serviceOf(upstream: Upstream, name = uniqueName()) {
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 1, fallback: 'fallback' })
      @RetryOnTransient({ maxAttempts: 2 })
      async ask(): Promise<unknown> {
        return upstream.ask();
      }

      @RetryOnTransient({ maxAttempts: 2 })
      async other(): Promise<unknown> {
        return upstream.ask();
      }
    }
    return new Service();
  }

  async function callsOf(asking: () => Promise<unknown>, upstream: Upstream): Promise<number> {
    const before = upstream.calls;
    const asked = asking().catch(() => undefined);
    await world.clock.advance('10m');
    await asked;
    return upstream.calls - before;
  }

  it('is left out for all methods, those that have been called too, and comes back', async () => {
    const upstream = new Upstream(fail());
    const service = serviceOf(upstream);
    expect(await callsOf(() => service.other(), upstream)).to.equal(2);
    set({ retry: { enabled: false } });
    expect(await callsOf(() => service.other(), upstream)).to.equal(1);
    undo();
    expect(await callsOf(() => service.other(), upstream)).to.equal(2);
  });

  it('is left out for one method, for a pattern, or for a circuit, and nowhere else', async () => {
    const name = uniqueName();
    const upstream = new Upstream(fail());
    const service = serviceOf(upstream, name);
    for (const [settings, ask, other] of [
      [{ methods: { 'Service.ask': { retry: { enabled: false } } } }, 1, 2],
      [{ methods: { 'Service.*': { retry: { enabled: false } } } }, 1, 1],
      [{ circuits: { [name]: { retry: { enabled: false } } } }, 1, 2],
      [{ retry: { enabled: false }, methods: { 'Service.ask': { retry: { enabled: true } } } }, 2, 1],
      [{ methods: { '*': { retry: { enabled: false } }, 'Service.other': { retry: { enabled: true } } } }, 1, 2],
    ] as const) {
      set(settings);
      circuit(name).reset();
      expect(await callsOf(() => service.ask(), upstream), JSON.stringify(settings)).to.equal(ask);
      expect(await callsOf(() => service.other(), upstream), JSON.stringify(settings)).to.equal(other);
      undo();
    }
  });

  it('keeps what it has learnt: an open circuit is open again', async () => {
    const name = uniqueName();
    const service = serviceOf(new Upstream(fail(httpError(503)), fail(httpError(503)), succeed('answer')), name);
    const asked = rejectionOf(service.ask());
    await world.clock.advance('10s');
    await asked;
    expect(await service.ask()).to.equal('fallback');
    set({ circuit: { enabled: false } });
    expect(await service.ask()).to.equal('answer');
    expect(circuit(name).state).to.equal('open');
    undo();
    expect(await service.ask()).to.equal('fallback');
  });

  it('is any of them, each by its group', async () => {
    const hanging = deferred();
    let begun = 0;
    class Service {
      @RespectRateLimit()
      @Hedged({ after: '100ms' })
      @ConcurrencyLimited({ limit: 1 })
      @TimeLimited('1s')
      async work(): Promise<unknown> {
        begun += 1;
        return hanging.promise;
      }
    }
    const service = new Service();
    const calls = (): Promise<unknown>[] => [service.work(), service.work()];

    set({ concurrency: { enabled: false }, hedge: { enabled: false }, attemptLimit: { enabled: false } });
    const free = calls().map(watch);
    await world.clock.advance('5s');
    expect(begun).to.equal(2);
    expect(free.map(({ settled }) => settled.done)).to.deep.equal([false, false]);
    undo();

    set({ hedge: { enabled: false } });
    const [limited, refused] = calls().map(watch);
    await world.clock.advance('5s');
    expect(begun).to.equal(3);
    expect(limited?.settled.error).to.have.property('name', 'TimeLimitError');
    expect(refused?.settled.error).to.have.property('name', 'ConcurrencyLimitError');
    undo();

    set({ rateLimit: { enabled: false } });
    const limit = RespectRateLimit()(async function ask() {
      throw httpError(429, { headers: { 'retry-after': '1' } });
    });
    expect(await rejectionOf(limit())).to.have.property('status', 429);
    expect(world.clock.timers).to.equal(0);
    hanging.resolve('done');
    await turn();
  });

  it('lets the time limit of each attempt stay one, where nothing else is left', async () => {
    class Service {
      @RetryOnTransient({ maxAttempts: 2 })
      @TimeLimited('1s')
      async work(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    set({ retry: { enabled: false }, timeLimit: { enabled: false } });
    const failed = rejectionOf(new Service().work());
    await world.clock.advance('1s');
    expect(await failed).to.have.property('name', 'TimeLimitError');
    expect(world.heard('time_limited').map(({ reason }) => reason)).to.deep.equal(['attempt']);
  });

  it('is told by describe, and warns of nothing', () => {
    class Service {
      @TimeLimited('1s')
      @RetryOnTransient({ minWait: '5s' })
      async work(): Promise<void> {}
    }
    const warned = (): number => (describeStack(Service).work ?? []).flatMap(({ warnings }) => warnings).length;
    expect(warned()).to.equal(1);
    set({ methods: { 'Service.work': { retry: { enabled: false } } } });
    expect(warned()).to.equal(0);
    expect(describeStack(Service).work?.[1]?.settings.enabled).to.deep.equal({
      value: false,
      source: 'section',
      from: 'methods.Service.work.retry',
    });
  });

  it('fails nobody by options that contradict each other', async () => {
    const ask = RetryOnTransient({ minWait: '20s' })(async () => 'answer');
    expect(await rejectionOf(ask())).to.have.property('name', 'ConfigurationError');
    set({ retry: { enabled: false } });
    expect(await ask()).to.equal('answer');
    undo();
    expect(await rejectionOf(ask())).to.have.property('name', 'ConfigurationError');
  });

  it('cannot be switched off by its decorator', () => {
    expect(() => RetryOnTransient({ enabled: false } as object)(async function ask() {})).to.throw(
      'ask: @RetryOnTransient() enabled: unknown key; a switch is a setting of a group, such as retry.enabled (RETRY_ENABLED)',
    );
  });
});
