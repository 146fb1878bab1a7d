import { expect } from 'chai';
import type OpenAI from 'openai';
import {
  CircuitOpenError,
  CircuitProtected,
  circuit,
  configure,
  ConcurrencyLimited,
  RateLimitedError,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
  TimeLimitError,
} from '#lib/index.js';
import { ask, defaultClient, useServer } from '../support/sdks.js';
import { httpError, turn, uniqueName, unavailable, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const CROWD = 200;

/** Chance that is spread evenly, however much of it is used. */
const evenly = (count: number): number[] => [...Array(count).keys()].map((i) => (i * 0.618_034) % 1);

const numbers = <T>(make: (i: number) => T): T[] => [...Array(CROWD).keys()].map(make);

describe('200 callers behind one gate', () => {
  const world = virtualTime();

  /** An upstream that answers 429 until a moment, and its arrivals since the beginning. */
  function limitedFor(ms: number) {
    const begun = world.clock.now();
    const arrivals: number[] = [];
    const answer = async (afterMs = 0): Promise<string> => {
      const at = world.clock.now() - begun;
      arrivals.push(at);
      if (at < ms) throw httpError(429, { headers: { 'retry-after-ms': String(ms - at) } });
      if (afterMs > 0) await new Promise<void>((resolve) => world.clock.setTimer(resolve, afterMs));
      return 'served';
    };
    return { arrivals, answer, returned: () => arrivals.filter((at) => at > 0) };
  }

  it('are all served under a whole stack, none early by a millisecond, one after the other and faster with every success', async () => {
    world.chance = evenly(5000);
    const upstream = limitedFor(10_000);
    const name = uniqueName();
    class Service {
      @TimeLimited('1m')
      @CircuitProtected({ circuit: name, failureThreshold: 1 })
      @RetryOnTransient()
      @RespectRateLimit()
      @ConcurrencyLimited({ limit: 50, queue: CROWD })
      @TimeLimited('5s')
      async ask(): Promise<string> {
        return upstream.answer(100);
      }
    }
    const service = new Service();
    const asked = numbers(() => service.ask());
    await world.clock.advance('30s');
    expect(new Set(await Promise.all(asked))).to.deep.equal(new Set(['served']));
    const returned = upstream.returned();
    expect(returned).to.have.lengthOf(CROWD);
    expect(Math.min(...returned)).to.be.at.least(10_000);
    const gaps = returned.slice(1).map((at, i) => at - (returned[i] as number));
    expect(gaps[0], 'one call every minWait').to.equal(1000);
    for (const [i, gap] of gaps.slice(1).entries())
      expect(gap, `gap ${i + 1}`).to.be.within(0, (gaps[i] as number) + 2);
    expect(gaps.at(-1)).to.be.at.most(2);
    expect(Math.max(...returned)).to.be.below(22_000);
    expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 0 });
    expect(world.clock.timers).to.equal(0);
  });

  it('go their own ways: some abort, some have no time to wait, some run into their limit, the others are served', async () => {
    world.chance = evenly(5000);
    const upstream = limitedFor(10_000);
    const gate = uniqueName();
    class Service {
      @TimeLimited('1m')
      @RetryOnTransient({ maxAttempts: 1 })
      @RespectRateLimit({ gate, maxWait: '50s' })
      @TimeLimited('2s')
      async ask(_signal?: AbortSignal, afterMs?: number): Promise<string> {
        return upstream.answer(afterMs);
      }

      @TimeLimited('9s')
      @RespectRateLimit({ gate })
      async askInHaste(): Promise<string> {
        return upstream.answer();
      }
    }
    const service = new Service();
    const callers = numbers((i) => {
      const controller = new AbortController();
      const reason = new Error(`caller ${i} has left`);
      const way = (['abort', 'haste', 'slow', 'patience'] as const)[i % 4];
      const call = {
        abort: () => service.ask(controller.signal),
        haste: () => service.askInHaste(),
        slow: () => service.ask(controller.signal, 3000),
        patience: () => service.ask(),
      }[way as 'abort'];
      return { way, reason, abort: () => controller.abort(reason), asked: watch(call()) };
    });
    const those = (way: string) => callers.filter((caller) => caller.way === way);
    await turn();
    for (const { asked } of those('haste')) expect(asked.settled.error).to.be.instanceOf(RateLimitedError);
    expect(world.clock.timers, 'a limit and a wait for each, and one of the gate').to.equal(2 * 150 + 1);
    for (const [i, { abort, asked, reason }] of those('abort').entries()) {
      if (i % 5 === 0) await world.clock.advance('900ms');
      abort();
      await turn();
      expect(asked.settled.error).to.equal(reason);
    }
    expect(world.clock.timers, 'and one of the gate').to.equal(2 * 100 + 1);
    await world.clock.advance('40s');
    for (const { asked } of those('slow')) expect(asked.settled.error).to.be.instanceOf(TimeLimitError);
    for (const { asked } of those('patience')) expect(asked.settled.value).to.equal('served');
    expect(upstream.returned()).to.have.lengthOf(100);
    expect(Math.min(...upstream.returned())).to.be.at.least(10_000);
    expect(world.clock.timers).to.equal(0);
  });

  it('are sent home when the circuit opens meanwhile, and are served once it has closed', async () => {
    world.chance = evenly(5000);
    const upstream = limitedFor(10_000);
    const name = uniqueName();
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 3, recoveryTimeout: '60s' })
      @RetryOnTransient()
      @RespectRateLimit()
      async ask(): Promise<string> {
        return upstream.answer();
      }

      @CircuitProtected({ circuit: name, failureThreshold: 3, recoveryTimeout: '60s' })
      async fail(): Promise<never> {
        throw unavailable();
      }
    }
    const service = new Service();
    const first = watch(service.ask());
    await turn();
    const waiting = numbers(() => watch(service.ask()));
    await world.clock.advance('5s');
    expect(upstream.arrivals).to.have.lengthOf(1);
    for (let i = 0; i < 3; i++) await service.fail().catch(() => undefined);
    await turn();
    expect(circuit(name).state).to.equal('open');
    // Who has been answered has that answer; who has not is told of the circuit.
    expect(first.settled.error).to.have.property('status', 429);
    for (const { settled } of waiting) expect(settled.error).to.be.instanceOf(CircuitOpenError);
    expect(world.clock.timers).to.equal(0);
    circuit(name).reset();
    const again = numbers(() => service.ask());
    await world.clock.advance('20s');
    expect(new Set(await Promise.all(again))).to.deep.equal(new Set(['served']));
    // The reset has opened the gate as well: the first answer closes it again.
    const returned = upstream.returned().filter((at) => at > 5000);
    expect(returned).to.have.lengthOf(CROWD);
    expect(Math.min(...returned)).to.be.at.least(10_000);
    expect(world.clock.timers).to.equal(0);
  });
});

describe('200 callers behind one gate, over sockets', () => {
  const upstream = useServer();
  const HINT_MS = 800;

  it('come back when the hint is over, not a millisecond earlier and not together', async () => {
    const chance = evenly(5000);
    const restore = configure({
      random: () => chance.shift() ?? 0,
      settings: { log: { level: 'silent' }, rateLimit: { minWait: '1ms' } },
    });
    class Service {
      constructor(readonly client: OpenAI) {}

      @RetryOnTransient()
      @RespectRateLimit()
      @TimeLimited('20s')
      async ask(caller: number): Promise<unknown> {
        return ask(this.client, { headers: { 'x-caller': String(caller) } });
      }
    }
    let until = Number.POSITIVE_INFINITY;
    upstream.server.always(() => {
      const now = Date.now();
      if (until === Number.POSITIVE_INFINITY) until = now + HINT_MS;
      return now < until ? { type: 'rate-limit', retryAfterMs: until - now } : 'ok';
    });
    const service = new Service(defaultClient(upstream.server.baseUrl));
    await Promise.all(numbers((i) => service.ask(i)));
    restore();
    await upstream.server.settled();
    const callersOf = (type: string) =>
      upstream.server.requests.filter(({ fault }) => fault.type === type).map(({ headers }) => headers['x-caller']);
    expect(new Set(callersOf('ok')).size).to.equal(CROWD);
    expect(callersOf('ok')).to.have.lengthOf(CROWD);
    // One who came back early was refused a second time.
    expect(new Set(callersOf('rate-limit')).size).to.equal(callersOf('rate-limit').length);
    const refused = new Set(callersOf('rate-limit'));
    const late = upstream.server.requests
      .filter(({ fault, headers }) => fault.type === 'ok' && refused.has(headers['x-caller']))
      .map(({ receivedAt }) => receivedAt - until);
    // Nothing had succeeded: ten calls a second at first, and more with every success. A busy machine can only make them later.
    expect(late.filter((ms) => ms < 250).length).to.be.at.most(4);
    expect(Math.max(...late)).to.be.at.least(900);
  }).timeout(15_000);
});
