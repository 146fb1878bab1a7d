import { expect } from 'chai';
import {
  ChaosError,
  CircuitProtected,
  ConcurrencyLimited,
  circuit,
  classify,
  configure,
  Hedged,
  reload,
  RespectRateLimit,
  RetryOnTransient,
  type SettingsOverrides,
  TimeLimited,
} from '#lib/index.js';
import { rejectionOf, turn, uniqueName, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const FAULTS = ['network', 'timeout', 'server', 'rate-limited', 'malformed'] as const;

describe('Chaos', () => {
  const world = virtualTime();
  let undo: (() => void)[] = [];
  let calls = 0;

  const set = (settings: SettingsOverrides): (() => void) => {
    const restore = configure({ settings });
    undo.push(restore);
    return restore;
  };
  const allow = (value: string | undefined): void => {
    if (value === undefined) delete process.env.RESILIENCE_CHAOS;
    else process.env.RESILIENCE_CHAOS = value;
    reload();
  };
  beforeEach(() => {
    calls = 0;
    allow('true');
    (world.events as unknown[]).length = 0;
  });
  afterEach(() => {
    for (const restore of undo) restore();
    undo = [];
    const silent = configure({ settings: { log: { level: 'silent' } } });
    allow(undefined);
    silent();
  });

  class Service {
    @RetryOnTransient({ maxAttempts: 1 })
    async ask(): Promise<string> {
      calls += 1;
      return 'answer';
    }

    @RetryOnTransient({ maxAttempts: 1 })
    async other(): Promise<string> {
      return 'answer';
    }

    @RetryOnTransient({ maxAttempts: 1 })
    async *read(): AsyncGenerator<number> {
      calls += 1;
      yield 1;
      yield 2;
    }

    @TimeLimited('1s')
    async limited(): Promise<string> {
      calls += 1;
      return 'answer';
    }

    @TimeLimited('1s')
    async *limitedStream(): AsyncGenerator<number> {
      calls += 1;
      yield 1;
    }

    @Hedged({ after: '100ms' })
    @TimeLimited('1s')
    async hedged(): Promise<string> {
      calls += 1;
      return 'answer';
    }
  }
  const service = new Service();
  const read = async (): Promise<number[]> => {
    const chunks: number[] = [];
    for await (const chunk of service.read()) chunks.push(chunk);
    return chunks;
  };

  for (const fault of FAULTS)
    it(`makes calls fail as "${fault}", and marks what they are`, async () => {
      set({ methods: { 'Service.ask': { chaos: { rate: 1, fault } } } });
      const error = await rejectionOf(service.ask());
      expect(error).to.be.instanceOf(ChaosError).and.to.have.property('fault', fault);
      const transient = fault === 'network' || fault === 'timeout' || fault === 'server';
      expect(classify(error)).to.deep.include({ kind: fault, transient, chaos: true });
      expect(calls).to.equal(0);
      expect(await service.other()).to.equal('answer');
    });

  it('makes streams fail before their first chunk', async () => {
    set({ chaos: { rate: 1, fault: 'network' } });
    expect(await rejectionOf(read())).to.be.instanceOf(ChaosError);
    expect(calls).to.equal(0);
  });

  it('happens to a share of calls', async () => {
    set({ chaos: { rate: 0.3, fault: 'server' } });
    world.chance = [0.1, 0.3, 0.29, 0.9];
    const outcomes = [];
    for (let i = 0; i < 4; i++) outcomes.push(await service.ask().catch((error: Error) => error.name));
    expect(outcomes).to.deep.equal(['ChaosError', 'answer', 'ChaosError', 'answer']);
  });

  for (const variable of [undefined, '', 'false'])
    it(`never happens while the variable is ${JSON.stringify(variable)}, whatever code says`, async () => {
      allow(variable);
      set({
        chaos: { rate: 1, fault: 'network', enabled: true },
        methods: { '*': { chaos: { rate: 1, fault: 'network' } } },
      });
      expect([await service.ask(), await read()]).to.deep.equal(['answer', [1, 2]]);
      expect(world.heard('chaos_started')).to.deep.equal([]);
    });

  it('is forbidden for a method by its section, and for all while holdfast is switched off', async () => {
    set({ chaos: { rate: 1, fault: 'network' }, methods: { 'Service.ask': { chaos: { enabled: false } } } });
    expect(await service.ask()).to.equal('answer');
    expect(await rejectionOf(service.other())).to.be.instanceOf(ChaosError);
    set({ resilience: { enabled: false } });
    expect(await service.other()).to.equal('answer');
  });

  it('is emitted once for each method when it becomes effective, at warn', async () => {
    const lines: unknown[] = [];
    undo.push(
      configure({
        logger: {
          warn: (...line: unknown[]) => void lines.push(line),
          info: () => {},
          error: () => {},
          debug: () => {},
        } as never,
      }),
    );
    const until = new Date(world.clock.now() + 60_000).toISOString();
    const restore = set({ chaos: { rate: 0.5, fault: 'server', latency: '50ms', until } });
    world.chance = Array(20).fill(0.9);
    await service.ask();
    await service.ask();
    expect(world.heard('chaos_started')).to.deep.equal([
      { type: 'chaos_started', method: 'Service.ask', rate: 0.5, fault: 'server', waitMs: 50, leftMs: 60_000 },
    ]);
    expect(JSON.stringify(lines)).to.contain('chaos_started').and.to.contain('"rate":0.5');
    set({ retry: { minWait: '2s' } });
    await service.ask();
    expect(world.heard('chaos_started'), 'other settings change nothing').to.have.lengthOf(1);
    restore();
    await service.ask();
    set({ chaos: { rate: 0.5, fault: 'server' } });
    await service.ask();
    expect(world.heard('chaos_started')).to.have.lengthOf(2);
  });

  it('ends by itself', async () => {
    set({ chaos: { rate: 1, fault: 'server', until: new Date(world.clock.now() + 10_000).toISOString() } });
    expect(await rejectionOf(service.ask())).to.be.instanceOf(ChaosError);
    await world.clock.advance('9999ms');
    expect(await rejectionOf(service.ask())).to.be.instanceOf(ChaosError);
    await world.clock.advance('1ms');
    expect(await service.ask()).to.equal('answer');
  });

  it('delays calls, which go on then', async () => {
    set({ chaos: { rate: 1, latency: '300ms' } });
    const asked = [watch(service.ask()), watch(read())];
    await world.clock.advance('299ms');
    expect([...asked.map(({ settled }) => settled.done), calls]).to.deep.equal([false, false, 0]);
    await world.clock.advance('1ms');
    expect(asked.map(({ settled }) => settled.value)).to.deep.equal(['answer', [1, 2]]);
    expect(world.clock.timers).to.equal(0);
  });

  it('marks the limits and hedges that its delay causes, and leaves nothing behind', async () => {
    set({ chaos: { rate: 1, latency: '5s' } });
    const limited = watch(service.limited());
    const stream = watch(service.limitedStream().next());
    const hedged = watch(service.hedged());
    await world.clock.advance('1s');
    expect([limited, stream].map(({ settled }) => (settled.error as Error).name)).to.deep.equal([
      'TimeLimitError',
      'TimeLimitError',
    ]);
    await world.clock.advance('1s');
    expect(hedged.settled.error).to.include({ name: 'TimeLimitError' });
    expect(world.heard('time_limited').length).to.be.at.least(3);
    for (const event of [...world.heard('time_limited'), ...world.heard('hedge_started')])
      expect(event, event.type).to.have.property('chaos', true);
    expect(calls).to.equal(0);
    expect(world.clock.timers).to.equal(0);
  });

  it('ends its delay with the signal of the caller', async () => {
    class Heeding {
      @RetryOnTransient()
      async ask(_signal: AbortSignal): Promise<string> {
        return 'answer';
      }
    }
    set({ chaos: { rate: 1, latency: '5s' } });
    const caller = new AbortController();
    const asked = watch(new Heeding().ask(caller.signal));
    await turn();
    caller.abort('gone');
    await turn();
    expect(asked.settled).to.deep.equal({ done: true, error: 'gone' });
    expect(world.clock.timers).to.equal(0);
  });

  it('is innermost: retries, circuits and fallbacks deal with it, and their events are marked', async () => {
    const name = uniqueName();
    class Stacked {
      @CircuitProtected({ circuit: name, failureThreshold: 1, fallback: 'fallback', fallbackOn: 'failure' })
      @RetryOnTransient({ maxAttempts: 2, minWait: '10ms', jitter: 'none' })
      @ConcurrencyLimited({ limit: 1 })
      async ask(): Promise<string> {
        return 'answer';
      }

      @RespectRateLimit({ maxAttempts: 2, minWait: '10ms' })
      async limited(): Promise<string> {
        return 'answer';
      }
    }
    set({ methods: { 'Stacked.ask': { chaos: { rate: 1, fault: 'server' } } } });
    const asked = watch(new Stacked().ask());
    await world.clock.advance('1s');
    expect(asked.settled.value).to.equal('fallback');
    expect(circuit(name).state).to.equal('open');
    set({ methods: { 'Stacked.limited': { chaos: { rate: 1, fault: 'rate-limited' } } } });
    const limited = watch(new Stacked().limited());
    await world.clock.advance('1s');
    expect(limited.settled.error).to.be.instanceOf(ChaosError);
    const caused = world.events.filter(({ type }) => type !== 'chaos_started' && type !== 'settings_reloaded');
    expect(new Set(caused.map(({ type }) => type))).to.deep.equal(
      new Set(['retry_scheduled', 'retry_gave_up', 'circuit_opened', 'fallback_used', 'rate_limited']),
    );
    for (const event of caused) expect(event, event.type).to.have.property('chaos', true);
    expect(world.clock.timers).to.equal(0);
  });

  it('does not mark the failure of a later attempt that it leaves alone', async () => {
    class Failing {
      @RetryOnTransient({ maxAttempts: 2, minWait: '10ms', jitter: 'none' })
      async ask(): Promise<string> {
        throw Object.assign(new Error(), { status: 503 });
      }
    }
    set({ chaos: { rate: 0.5, fault: 'server' } });
    world.chance = [0, 0.9];
    const asked = watch(new Failing().ask());
    await world.clock.advance('1s');
    expect(asked.settled.error).to.have.property('status', 503);
    expect(world.heard('retry_scheduled')[0]).to.have.property('chaos', true);
    expect(world.heard('retry_gave_up')[0]).not.to.have.property('chaos');
  });
});
