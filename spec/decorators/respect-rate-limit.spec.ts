import { expect } from 'chai';
import {
  CircuitOpenError,
  CircuitProtected,
  circuit,
  configure,
  DecorationError,
  describe as describeStack,
  RateLimitedError,
  type RateLimitOptions,
  RespectRateLimit,
  RetryOnTransient,
} from '#lib/index.js';
import { FakeClock, instantRetries } from '#lib/testing/index.js';
import {
  deferred,
  fail,
  httpError,
  rejectionOf,
  succeed,
  turn,
  uniqueName,
  Upstream,
  unavailable,
  watch,
} from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const limited = (seconds?: number): Error =>
  httpError(429, seconds === undefined ? {} : { headers: { 'retry-after': String(seconds) } });
const quota = (): Error => httpError(429, { code: 'insufficient_quota' });

describe('@RespectRateLimit', () => {
  const world = virtualTime();

  function serviceOf(upstream: Upstream, options: RateLimitOptions = {}) {
    class Service {
      @RespectRateLimit(options)
      async ask(...args: unknown[]): Promise<unknown> {
        return upstream.ask(...args);
      }
    }
    return new Service();
  }

  /** The whole stack, behind a circuit of its own. */
  function stacked(upstream: Upstream, options: RateLimitOptions = {}, name = uniqueName()) {
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 1 })
      @RetryOnTransient({ maxAttempts: 2, jitter: 'none' })
      @RespectRateLimit(options)
      async ask(...args: unknown[]): Promise<unknown> {
        return upstream.ask(...args);
      }
    }
    return { service: new Service(), name };
  }

  it('hands a call that succeeds at once on, without a wait or an event', async () => {
    expect(await serviceOf(new Upstream(succeed('yes'))).ask()).to.equal('yes');
    expect(world.events).to.have.lengthOf(0);
    expect(world.clock.timers).to.equal(0);
  });

  it('waits for as long as the upstream asked, not a millisecond less, and asks again', async () => {
    const upstream = new Upstream(fail(limited(3)), succeed('at last'));
    const asked = watch(serviceOf(upstream).ask());
    await world.clock.advance('2999ms');
    expect(upstream.calls).to.equal(1);
    await world.clock.advance('1ms');
    expect(upstream.calls).to.equal(2);
    expect(asked.settled.value).to.equal('at last');
    expect(world.clock.timers).to.equal(0);
  });

  it('passes one by one with the others, at a pace that is one call every minWait if nothing has succeeded', async () => {
    const upstream = new Upstream(fail(limited(10)), succeed());
    const service = serviceOf(upstream);
    const asked = [service.ask()];
    await turn();
    asked.push(service.ask());
    await world.clock.advance('9999ms');
    expect(upstream.calls).to.equal(1);
    await world.clock.advance('1ms');
    expect(upstream.calls).to.equal(2);
    await world.clock.advance('999ms');
    expect(upstream.calls).to.equal(2);
    await world.clock.advance('1ms');
    expect(upstream.calls).to.equal(3);
    await Promise.all(asked);
  });

  it('waits minWait where the upstream asks for nothing or less', async () => {
    const upstream = new Upstream(fail(limited(0)), succeed());
    const asked = serviceOf(upstream, { minWait: '2s' }).ask();
    await world.clock.advance('1999ms');
    expect(upstream.calls).to.equal(1);
    await world.clock.advance('1ms');
    expect(upstream.calls).to.equal(2);
    await asked;
  });

  it('closes the gate without a hint too, twice as long each time, and no caller overtakes', async () => {
    const upstream = new Upstream(fail(limited()), fail(limited()), fail(limited()), succeed());
    const service = serviceOf(upstream);
    const asked = service.ask();
    await turn();
    const other = watch(service.ask());
    await turn();
    const seen: number[] = [];
    for (let second = 1; second <= 8; second++) {
      await world.clock.advance('999ms');
      seen.push(upstream.calls);
      await world.clock.advance('1ms');
    }
    expect(seen).to.deep.equal([1, 2, 2, 3, 3, 3, 3, 4]);
    await asked;
    expect([upstream.calls, other.settled.done]).to.deep.equal([5, true]);
    expect(world.heard('rate_limited').map(({ waitMs }) => waitMs)).to.deep.equal([1000]);
  });

  it('holds newcomers at the gate, and lets them through with the others', async () => {
    const upstream = new Upstream(fail(limited(5)), succeed());
    const service = serviceOf(upstream);
    const first = service.ask();
    await world.clock.advance('4s');
    const second = service.ask();
    await world.clock.advance('999ms');
    expect(upstream.calls).to.equal(1);
    await world.clock.advance('1ms');
    expect(upstream.calls).to.equal(2);
    await world.clock.advance('1s');
    await Promise.all([first, second]);
    expect(upstream.calls).to.equal(3);
    const third = service.ask();
    await world.clock.advance('1s');
    expect(await third).to.equal('answer');
  });

  it('tells of a closing once', async () => {
    const upstream = new Upstream(fail(limited(5)), fail(limited(5)), succeed());
    const { service, name } = stacked(upstream);
    const asked = [service.ask(), service.ask(), service.ask()];
    await world.clock.advance('10s');
    await Promise.all(asked);
    expect(world.events).to.deep.equal([
      {
        ...{ type: 'rate_limited', method: 'Service.ask', circuit: name, attempt: 1, maxAttempts: 5 },
        ...{ kind: 'rate-limited', errorName: 'Error', status: 429, retryAfterMs: 5000, waitMs: 5000 },
      },
    ]);
  });

  it('fails at once when the upstream asks for longer than maxWait, with its error as the cause', async () => {
    const error = limited(31);
    const upstream = new Upstream(fail(error), succeed());
    const service = serviceOf(upstream);
    const refused = (await rejectionOf(service.ask())) as RateLimitedError;
    expect(refused).to.be.instanceOf(RateLimitedError);
    expect(refused).to.include({ retryAfterMs: 31_000, cause: error });
    const newcomer = (await rejectionOf(service.ask())) as RateLimitedError;
    expect(newcomer).to.be.instanceOf(RateLimitedError).and.not.to.have.property('cause');
    expect(newcomer.retryAfterMs).to.equal(31_000);
    expect(upstream.calls).to.equal(1);
    await world.clock.advance('1s');
    const patient = service.ask();
    await world.clock.advance('30s');
    expect(await patient).to.equal('answer');
    expect(world.heard('rate_limited').map(({ reason }) => reason)).to.deep.equal([undefined, 'max-wait', 'max-wait']);
  });

  it('waits for maxWait in all, not for each rate limit', async () => {
    const upstream = new Upstream(fail(limited(20)), fail(limited(11)), succeed());
    const asked = watch(serviceOf(upstream).ask());
    await world.clock.advance('20s');
    expect(upstream.calls).to.equal(2);
    expect(asked.settled.error).to.be.instanceOf(RateLimitedError).and.to.have.property('retryAfterMs', 11_000);
  });

  it('gives up with the original error when there is no hint and no time left', async () => {
    const error = limited();
    const upstream = new Upstream(fail(error));
    const asked = watch(serviceOf(upstream, { maxWait: '2500ms', maxAttempts: 9 }).ask());
    await world.clock.advance('10s');
    expect(asked.settled.error).to.equal(error);
    expect(upstream.calls).to.equal(2);
    expect(world.heard('rate_limited').at(-1)).to.deep.equal({
      ...{ type: 'rate_limited', method: 'Service.ask', reason: 'max-wait', attempt: 2, maxAttempts: 9 },
      ...{ kind: 'rate-limited', errorName: 'Error', status: 429 },
    });
  });

  it('waits as long as maxWait, if the upstream asks for no more', async () => {
    const upstream = new Upstream(fail(limited(30)), succeed('yes'));
    const asked = watch(serviceOf(upstream).ask());
    await world.clock.advance('30s');
    expect(asked.settled.value).to.equal('yes');
  });

  it('tells of a newcomer that may not wait for how long he would have to', async () => {
    const service = serviceOf(new Upstream(fail(limited(40))));
    await rejectionOf(service.ask());
    await world.clock.advance('1500ms');
    await rejectionOf(service.ask());
    expect(world.events.at(-1)).to.deep.equal({
      ...{ type: 'rate_limited', method: 'Service.ask', reason: 'max-wait', retryAfterMs: 38_500 },
    });
  });

  it('does not pass early when a timer is', async () => {
    class EarlyClock extends FakeClock {
      #timers = 0;
      override setTimer(callback: () => void, ms: number) {
        this.#timers += 1;
        return super.setTimer(callback, this.#timers <= 3 ? ms / 2 : ms);
      }
    }
    const clock = new EarlyClock(1_000_000);
    const restore = configure({ clock });
    try {
      const upstream = new Upstream(fail(limited(10)), succeed());
      const asked = watch(serviceOf(upstream, { maxWait: '2m' }).ask());
      await clock.advance('9999ms');
      expect(upstream.calls).to.equal(1);
      await clock.advance('1ms');
      expect([upstream.calls, asked.settled.value]).to.deep.equal([2, 'answer']);
    } finally {
      restore();
    }
  });

  it('rethrows the last error itself when attempts are spent', async () => {
    const last = limited(1);
    const upstream = new Upstream(fail(limited(1)), fail(limited(1)), fail(last));
    const asked = rejectionOf(serviceOf(upstream, { maxAttempts: 3 }).ask());
    await world.clock.advance('10s');
    expect(await asked).to.equal(last);
    expect(upstream.calls).to.equal(3);
    expect(world.heard('rate_limited').at(-1)).to.include({ reason: 'attempts', attempt: 3, maxAttempts: 3 });
  });

  for (const [what, error] of [
    ['a spent quota', quota()],
    ['a server error', unavailable()],
    ['a bug', new TypeError('x is undefined')],
  ] as const) {
    it(`does not wait for ${what}`, async () => {
      const upstream = new Upstream(fail(error));
      expect(await rejectionOf(serviceOf(upstream).ask())).to.equal(error);
      expect(upstream.calls).to.equal(1);
      expect(world.events).to.have.lengthOf(0);
    });
  }

  it('hands on what fails otherwise after a wait', async () => {
    const error = unavailable();
    const asked = rejectionOf(serviceOf(new Upstream(fail(limited(1)), fail(error))).ask());
    await world.clock.advance('1s');
    expect(await asked).to.equal(error);
  });

  describe('with a caller who aborts', () => {
    it('ends the wait at once with his reason, and leaves nothing behind', async () => {
      const upstream = new Upstream(fail(limited(5)), succeed());
      const service = serviceOf(upstream);
      const first = new AbortController();
      const second = new AbortController();
      const asked = watch(service.ask(first.signal));
      await turn();
      const newcomer = watch(service.ask({ signal: second.signal }));
      await turn();
      // The one who waits at the gate has a timer of its own beside the gate's.
      expect(world.clock.timers).to.equal(3);
      first.abort('left');
      second.abort('left too');
      await turn();
      expect(asked.settled.error).to.equal('left');
      expect(newcomer.settled.error).to.equal('left too');
      expect(world.clock.timers).to.equal(0);
      expect(upstream.calls).to.equal(1);
    });

    it('does not begin a wait', async () => {
      const gate = deferred();
      class Service {
        @RespectRateLimit()
        async ask(_signal: AbortSignal): Promise<unknown> {
          return gate.promise;
        }
      }
      const controller = new AbortController();
      const asked = rejectionOf(new Service().ask(controller.signal));
      controller.abort('left');
      gate.reject(limited(5));
      expect(await asked).to.equal('left');
      expect(world.clock.timers).to.equal(0);
    });
  });

  describe('inside a circuit and a retry', () => {
    it('is passed by each attempt, and costs the circuit and the retry nothing', async () => {
      const upstream = new Upstream(fail(limited(1)), fail(unavailable()), fail(limited(1)), succeed('yes'));
      const { service, name } = stacked(upstream);
      const asked = service.ask();
      await world.clock.advance('10s');
      expect(await asked).to.equal('yes');
      expect(upstream.calls).to.equal(4);
      expect(world.heard('retry_scheduled')).to.have.lengthOf(1);
      expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 0 });
    });

    it('lets the retry repeat what fails transiently after a wait at the gate', async () => {
      const upstream = new Upstream(fail(limited(2)), succeed(), fail(unavailable()), succeed('yes'));
      const { service } = stacked(upstream);
      const first = service.ask();
      await turn();
      const second = service.ask();
      await world.clock.advance('10s');
      await first;
      expect(await second).to.equal('yes');
      expect(upstream.calls).to.equal(4);
    });

    it('fails with its last error when the circuit opens meanwhile, or with CircuitOpenError when it has none', async () => {
      const error = limited(5);
      const upstream = new Upstream(fail(error), succeed());
      const { service, name } = stacked(upstream);
      const asked = watch(service.ask());
      await turn();
      const newcomer = watch(service.ask());
      await turn();
      circuit(name).isolate();
      await turn();
      expect(asked.settled.error).to.equal(error);
      expect(newcomer.settled.error).to.be.instanceOf(CircuitOpenError);
      expect(world.clock.timers).to.equal(0);
      expect(upstream.calls).to.equal(1);
    });

    it('shares a gate with everyone behind the circuit of that name, and with no other', async () => {
      const name = uniqueName();
      const upstream = new Upstream(fail(limited(5)), succeed());
      const one = stacked(upstream, {}, name).service;
      const same = stacked(upstream, {}, name).service;
      const other = stacked(upstream).service;
      const byGate = serviceOf(upstream, { gate: name });
      const asked = one.ask();
      await turn();
      const waiting = [same.ask(), byGate.ask()];
      await turn();
      expect(upstream.calls).to.equal(1);
      await other.ask();
      await serviceOf(upstream).ask();
      expect(upstream.calls).to.equal(3);
      await world.clock.advance('8s');
      await Promise.all([asked, ...waiting]);
      expect(upstream.calls).to.equal(6);
    });

    it('has one gate for each key of a circuit, and takes the gate that is named before that of the circuit', async () => {
      const upstream = new Upstream(fail(limited(5)), succeed());
      class Service {
        @CircuitProtected({ circuit: uniqueName(), key: (model: string) => model })
        @RespectRateLimit()
        async perModel(_model: string): Promise<unknown> {
          return upstream.ask();
        }
      }
      const service = new Service();
      const asked = service.perModel('a');
      await turn();
      await service.perModel('b');
      const waiting = service.perModel('a');
      await turn();
      expect(upstream.calls).to.equal(2);
      await world.clock.advance('7s');
      await Promise.all([asked, waiting]);

      const gate = uniqueName();
      const named = new Upstream(fail(limited(5)), succeed());
      const first = stacked(named, { gate }).service.ask();
      await turn();
      const second = stacked(named, { gate }).service.ask();
      await turn();
      expect(named.calls).to.equal(1);
      await world.clock.advance('7s');
      await Promise.all([first, second]);
    });
  });

  describe('with 200 callers', () => {
    it('lets none pass early by a millisecond, spreads them, and serves all in the end', async () => {
      const chance = [...Array(2000).keys()].map((i) => (i * 0.618_034) % 1);
      world.chance = chance;
      const begun = world.clock.now();
      const arrivals: number[] = [];
      const ask = RespectRateLimit()(async function ask() {
        arrivals.push(world.clock.now() - begun);
        if (world.clock.now() < begun + 10_000) throw limited((begun + 10_000 - world.clock.now()) / 1000);
        return 'served';
      });
      const asked = [...Array(50)].map(() => ask());
      for (let i = 0; i < 15; i++) {
        await world.clock.advance('500ms');
        for (let n = 0; n < 10; n++) asked.push(ask());
      }
      await world.clock.advance('30s');
      expect(new Set(await Promise.all(asked))).to.deep.equal(new Set(['served']));
      const late = arrivals.slice(50);
      expect(late).to.have.lengthOf(200);
      expect(Math.min(...late)).to.be.at.least(10_000);
      // One a second at first, and sooner with each success.
      expect(late.filter((ms) => ms < 11_000).length).to.be.at.most(2);
      expect(Math.max(...late)).to.be.within(20_500, 21_100);
      expect(world.clock.timers).to.equal(0);
    });

    it('serves all of them also when the upstream takes only some at a time', async () => {
      world.chance = [...Array(5000).keys()].map((i) => (i * 0.618_034) % 1);
      const windows = new Map<number, number>();
      let early = 0;
      let closedUntil = 0;
      const ask = RespectRateLimit({ maxWait: '60s', maxAttempts: 9 })(async function ask() {
        const now = world.clock.now();
        if (now < closedUntil && windows.size > 1) early += 1;
        const window = Math.floor(now / 5000);
        const taken = (windows.get(window) ?? 0) + 1;
        windows.set(window, taken);
        if (taken <= 50) return 'served';
        closedUntil = (window + 1) * 5000;
        throw limited((closedUntil - now) / 1000);
      });
      const asked = [...Array(200)].map(() => ask());
      await world.clock.advance('2m');
      expect(new Set(await Promise.all(asked))).to.deep.equal(new Set(['served']));
      expect(early).to.equal(0);
    });
  });

  describe('on streams', () => {
    function streaming(...steps: (string | Error)[][]) {
      class Service {
        started = 0;
        @RespectRateLimit()
        async *stream(_signal?: AbortSignal): AsyncGenerator<string> {
          const script = steps[Math.min(this.started++, steps.length - 1)] ?? [];
          for (const step of script) {
            if (step instanceof Error) throw step;
            yield step;
          }
        }
      }
      return new Service();
    }
    const collect = async (stream: AsyncGenerator<string>): Promise<string[]> => {
      const chunks: string[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return chunks;
    };

    it('waits before the first chunk, newcomers too', async () => {
      const service = streaming([limited(2)], ['a', 'b']);
      const collected = collect(service.stream());
      await turn();
      const newcomer = collect(service.stream());
      await world.clock.advance('1999ms');
      expect(service.started).to.equal(1);
      await world.clock.advance('1ms');
      expect(await collected).to.deep.equal(['a', 'b']);
      await world.clock.advance('1s');
      expect(await newcomer).to.deep.equal(['a', 'b']);
    });

    it('never waits after the first chunk', async () => {
      const error = limited(2);
      const service = streaming(['a', error]);
      expect(await rejectionOf(collect(service.stream()))).to.equal(error);
      expect(service.started).to.equal(1);
    });

    it("ends a wait with the caller's reason", async () => {
      const controller = new AbortController();
      const collected = rejectionOf(collect(streaming([limited(2)]).stream(controller.signal)));
      await turn();
      controller.abort('left');
      expect(await collected).to.equal('left');
      expect(world.clock.timers).to.equal(0);
    });
  });

  it('asks again at once where tests want no waits', async () => {
    const restore = instantRetries();
    const upstream = new Upstream(fail(limited(5)), fail(limited()), succeed('yes'));
    const service = serviceOf(upstream);
    expect(await service.ask()).to.equal('yes');
    expect(upstream.calls).to.equal(3);
    restore();
  });

  it('heeds no gate where tests want no waits, and still fails where it would have to wait for too long', async () => {
    const upstream = new Upstream(fail(limited(5)), succeed('yes'), fail(limited(31)));
    const gate = uniqueName();
    class Service {
      @RespectRateLimit({ gate })
      async ask(): Promise<unknown> {
        return upstream.ask();
      }
      @RespectRateLimit({ gate })
      async *stream(): AsyncGenerator<unknown> {
        yield 'chunk';
      }
    }
    const service = new Service();
    const waiting = watch(service.ask());
    await turn();
    const restore = instantRetries();
    try {
      const instant = watch(service.ask());
      const streamed = watch(service.stream().next());
      await turn();
      expect([waiting.settled, instant.settled.value]).to.deep.equal([{ done: false }, 'yes']);
      expect(streamed.settled.value).to.deep.equal({ value: 'chunk', done: false });
      expect(await rejectionOf(service.ask()))
        .to.be.instanceOf(RateLimitedError)
        .with.property('retryAfterMs', 31_000);
      expect(upstream.calls).to.equal(3);
    } finally {
      restore();
    }
    await world.clock.advance('5s');
    expect(waiting.settled.done).to.equal(true);
  });

  it('stands around plain functions', async () => {
    const upstream = new Upstream(fail(limited(1)), succeed('yes'));
    const asked = RespectRateLimit()(upstream.ask)();
    await world.clock.advance('1s');
    expect(await asked).to.equal('yes');
  });

  it('takes its options from the settings, and from the section of its method', async () => {
    const service = serviceOf(new Upstream(), { maxAttempts: 7 });
    const restore = configure({
      settings: {
        rateLimit: { maxWait: '9s' },
        methods: { 'Service.ask': { retry: { maxAttempts: 2 }, rateLimit: { minWait: '2s' } } },
      },
    });
    const [description] = describeStack(service.constructor as new () => unknown).ask ?? [];
    restore();
    expect(description).to.deep.equal({
      policy: 'RespectRateLimit',
      settings: {
        maxAttempts: { value: 7, source: 'decorator' },
        maxWait: { value: '9s', source: 'configure' },
        minWait: { value: '2s', source: 'section', from: 'methods.Service.ask.rateLimit' },
        maxGate: { value: '5m', source: 'default' },
      },
      warnings: [],
    });
  });

  it('shows the gate that is named', () => {
    const service = serviceOf(new Upstream(), { gate: 'mine' });
    const [description] = describeStack(service.constructor as new () => unknown).ask ?? [];
    expect(description?.settings.gate).to.deep.equal({ value: 'mine', source: 'decorator' });
  });

  it('refuses wrong options, all at once', () => {
    const wrong = { maxAttempts: 0, maxWait: 30, gate: '', gates: 'x' } as never;
    expect(() => serviceOf(new Upstream(), wrong))
      .to.throw(DecorationError)
      .with.property('problems')
      .that.has.lengthOf(4);
    expect(() => serviceOf(new Upstream(), { minWait: '2m', maxWait: '1m' })).to.throw(
      'minWait: expected at most maxWait (1m), got 2m',
    );
  });

  it('may not stand above the retry or the circuit', () => {
    for (const inner of [RetryOnTransient(), CircuitProtected()]) {
      const ask = inner(async function ask() {});
      expect(() => RespectRateLimit()(ask)).to.throw(DecorationError, /@RespectRateLimit\(\) stands above/);
    }
  });
});
