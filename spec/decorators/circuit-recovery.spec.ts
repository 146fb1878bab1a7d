import { expect } from 'chai';
import {
  type CircuitOptions,
  CircuitProtected,
  ConcurrencyLimited,
  ConfigurationError,
  circuit,
  circuits,
  configure,
  type Duration,
  RespectRateLimit,
} from '#lib/index.js';
import { deferred, httpError, rejectionOf, turn, uniqueName, unavailable, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('The recovery of a circuit', () => {
  const world = virtualTime();
  /** What calls do next: how long they take, and how they fail. */
  let steps: { ms?: number; error?: Error }[] = [];
  beforeEach(() => {
    steps = [];
  });

  function serviceOf(options: Partial<CircuitOptions> = {}) {
    const name = uniqueName();
    const ask = CircuitProtected({ circuit: name, ...options })(async () => {
      const { ms = 0, error } = steps.shift() ?? {};
      if (ms > 0) await new Promise<void>((resolve) => void world.clock.setTimer(resolve, ms));
      if (error) throw error;
      return 'answer';
    });
    return { name, ask, state: () => circuit(name).state };
  }
  const settle = async (asking: Promise<unknown>, within: Duration = '200ms'): Promise<void> => {
    const asked = watch(asking);
    await world.clock.advance(within);
    expect(asked.settled.done).to.equal(true);
  };

  it('takes a probe slower than slowCall for a failed one, if the circuit has a rule about slow calls', async () => {
    const { ask, state } = serviceOf({ slowCall: '50ms', minimumCalls: 1, recoveryTimeout: '5s' });
    steps = [{ ms: 60 }, { ms: 60 }];
    await settle(ask());
    expect(state()).to.equal('open');
    await world.clock.advance('6s');
    await settle(ask());
    expect(state()).to.equal('open');
    expect(world.heard('circuit_opened').map(({ reason }) => reason)).to.deep.equal(['slow-call-rate', 'probe']);
    await world.clock.advance('6s');
    await settle(ask());
    expect(state()).to.equal('closed');
  });

  it('opens by the rate alone, not by failures in a row, if only failureRate is written', async () => {
    const { ask, state } = serviceOf({ failureRate: 0.5, window: 100, minimumCalls: 50 });
    // Three in ten fail, six of them in a row now and then.
    for (let i = 0; i < 600; i++) {
      steps = [i % 20 < 6 ? { error: unavailable() } : {}];
      await ask().catch(() => undefined);
    }
    expect(state()).to.equal('closed');
    for (let i = 0; i < 60 && state() === 'closed'; i++) {
      steps = [{ error: unavailable() }];
      await ask().catch(() => undefined);
    }
    expect(state()).to.equal('open');
    expect(world.heard('circuit_opened')[0]).to.include({ reason: 'failure-rate' });
  });

  it('takes at least as long as the Retry-After of the failure that opened it, at most maxRecoveryTimeout', async () => {
    for (const [retryAfter, max, openMs] of [
      ['120', '5m', 120_000],
      ['3', '5m', 10_000],
      ['86400', '5m', 300_000],
      ['120', undefined, 100_000],
    ] as const) {
      const { name, ask, state } = serviceOf({
        failureThreshold: 1,
        recoveryTimeout: '10s',
        ...(max && { maxRecoveryTimeout: max }),
      });
      steps = [{ error: httpError(503, { headers: { 'retry-after': retryAfter } }) }];
      await rejectionOf(ask());
      expect(circuit(name).retryAfterMs, `${retryAfter}, ${max}`).to.equal(openMs);
      await world.clock.advance(`${openMs - 1}ms`);
      expect(state()).to.equal('open');
      await world.clock.advance('1ms');
      expect(await ask()).to.equal('answer');
      expect(state()).to.equal('closed');
    }
  });

  for (const [probeSuccess, outcomes, expected] of [
    [1, 'sf', 'open'],
    [0.8, 'sfsss', 'closed'],
    [0.8, 'sff', 'open'],
    [0.6, 'sss', 'closed'],
    [0.6, 'fff', 'open'],
    [0.5, 'fsfss', 'closed'],
  ] as const)
    it(`falls with five probes and probeSuccess ${probeSuccess} after ${outcomes}: ${expected}`, async () => {
      const { ask, state } = serviceOf({ failureThreshold: 1, recoveryTimeout: '10s', probes: 5, probeSuccess });
      steps = [{ error: unavailable() }];
      await rejectionOf(ask());
      await world.clock.advance('11s');
      for (const [i, outcome] of Array.from(outcomes).entries()) {
        steps = [outcome === 'f' ? { error: unavailable() } : {}];
        await ask().catch(() => undefined);
        expect(state(), `after ${i + 1}`).to.equal(i === outcomes.length - 1 ? expected : 'half-open');
      }
    });

  it('leases a probe for a quarter of recoveryTimeout, at most five seconds', async () => {
    for (const [recoveryTimeout, leaseMs] of [
      ['8s', 2000],
      ['60s', 5000],
    ] as const) {
      const { name, ask } = serviceOf({ failureThreshold: 1, recoveryTimeout });
      steps = [{ error: unavailable() }, { ms: 60_000 }];
      await rejectionOf(ask());
      await world.clock.advance('61s');
      const probe = watch(ask());
      await turn();
      expect(await rejectionOf(ask())).to.include({ name: 'CircuitOpenError', retryAfterMs: leaseMs });
      await world.clock.advance(`${leaseMs}ms`);
      expect(await ask()).to.equal('answer');
      expect(circuit(name).state).to.equal('closed');
      await world.clock.advance('60s');
      expect(probe.settled.value).to.equal('answer');
    }
  });

  it('is not needed while the circuit is forced closed: it counts and emits, and rejects nobody until reset()', async () => {
    const { name, ask } = serviceOf({ failureThreshold: 1 });
    circuit(name).forceClosed('migration');
    for (let i = 0; i < 3; i++) {
      steps = [{ error: unavailable() }];
      expect(await rejectionOf(ask())).to.have.property('status', 503);
    }
    expect(circuit(name).snapshot()).to.include({
      state: 'forced-closed',
      failures: 3,
      reason: 'migration',
      retryAfterMs: 0,
    });
    expect(circuit(name).isOpen).to.equal(false);
    expect(world.heard('circuit_closed')).to.deep.equal([
      { type: 'circuit_closed', circuit: name, state: 'forced-closed', by: 'code' },
    ]);
    circuit(name).reset();
    steps = [{ error: unavailable() }];
    await rejectionOf(ask());
    expect(circuit(name).state).to.equal('open');
  });

  it('goes on in another process from what this one saved, also before any class uses the name', async () => {
    const { name, ask } = serviceOf({ failureThreshold: 1, recoveryTimeout: '60s' });
    steps = [{ error: unavailable() }];
    await rejectionOf(ask());
    await world.clock.advance('20s');
    const saved: unknown = JSON.parse(JSON.stringify(circuit(name)));
    const later = uniqueName();
    circuit(later).restore(saved);
    expect(circuits().map((one) => one.name)).not.to.include(later);
    let calls = 0;
    const askLater = CircuitProtected({ circuit: later, failureThreshold: 1, recoveryTimeout: '60s' })(async () => {
      calls += 1;
      return 'answer';
    });
    expect(await rejectionOf(askLater())).to.include({
      name: 'CircuitOpenError',
      circuit: later,
      retryAfterMs: 40_000,
    });
    await world.clock.advance('40s');
    expect(await askLater()).to.equal('answer');
    expect([calls, circuit(later).state]).to.deep.equal([1, 'closed']);
    for (const wrong of [undefined, null, 5, {}, { state: 'open' }, 'open'])
      expect(() => circuit(later).restore(wrong)).to.throw(ConfigurationError, /restore/);
  });

  it('keeps at most twice maxKeys circuits, however many of them are open', async () => {
    const name = uniqueName();
    const ask = CircuitProtected({ circuit: name, key: (key: string) => key, maxKeys: 100, failureThreshold: 1 })(
      async (_key: string): Promise<string> => {
        throw unavailable();
      },
    );
    for (let i = 0; i < 2000; i++) await rejectionOf(ask(`key ${i}`));
    const kept = circuits().filter((one) => one.name.startsWith(`${name}[`));
    expect(kept.length).to.be.within(100, 200);
    // The open one that has been unused longest went first.
    expect(circuit(`${name}[key 1999]`).state).to.equal('open');
    expect(circuit(`${name}[key 0]`).state).to.equal('closed');
  });

  it('is found by name as fast among many circuits as among few', () => {
    const stamps = (count: number): number => {
      const begun = process.hrtime.bigint();
      for (let i = 0; i < count; i++) expect(circuit('any').isOpen).to.equal(false);
      return Number(process.hrtime.bigint() - begun);
    };
    stamps(2000);
    const few = stamps(2000);
    for (let i = 0; i < 5000; i++) void CircuitProtected(uniqueName())(async function ask() {})();
    expect(stamps(2000)).to.be.below(10 * few + 5e6);
  });
});

describe('A fallback', () => {
  const world = virtualTime();

  const asking = (fallbackOn: CircuitOptions['fallbackOn'], error: Error) =>
    CircuitProtected({ circuit: uniqueName(), fallback: 'fallback', ...(fallbackOn && { fallbackOn }) })(
      async (): Promise<string> => {
        throw error;
      },
    );
  const outcomeOf = async (asked: Promise<unknown>): Promise<unknown> => asked.catch(() => 'its error');

  it('answers for the kinds of its list, and for no others', async () => {
    const errors = [httpError(429), unavailable(), httpError(400), httpError(402)];
    for (const [fallbackOn, answered] of [
      [['rate-limited'], [true, false, false, false]],
      [
        ['server', 'rejected'],
        [false, true, true, false],
      ],
      ['failure', [false, true, false, false]],
      ['open', [false, false, false, false]],
      [({ status }: { status?: number }) => status === 402 || status === 429, [true, false, false, true]],
    ] as const)
      for (const [i, error] of errors.entries())
        expect(await outcomeOf(asking(fallbackOn as never, error)()), `${String(fallbackOn)} ${i}`).to.equal(
          answered[i] ? 'fallback' : 'its error',
        );
  });

  it('takes its list of kinds from settings too', async () => {
    const name = uniqueName();
    const ask = CircuitProtected({ circuit: name, fallback: 'fallback' })(async (): Promise<string> => {
      throw httpError(429);
    });
    expect(await outcomeOf(ask())).to.equal('its error');
    const undo = configure({ settings: { circuits: { [name]: { circuit: { fallbackOn: ['rate-limited'] } } } } });
    expect(await ask()).to.equal('fallback');
    undo();
  });

  it('never answers for a call that the caller has cancelled', async () => {
    const caller = new AbortController();
    const pending = deferred();
    let isAsked = 0;
    const ask = CircuitProtected({
      circuit: uniqueName(),
      fallback: 'fallback',
      fallbackOn: () => {
        isAsked += 1;
        return true;
      },
    })(async (_signal: AbortSignal) => pending.promise as Promise<string>);
    const asked = watch(ask(caller.signal));
    caller.abort('gone');
    pending.reject(new DOMException('aborted', 'AbortError'));
    await turn();
    expect([asked.settled.done, asked.settled.value, isAsked]).to.deep.equal([true, undefined, 0]);
  });

  it('fails the call with what its predicate throws, or with an error that names a promise', async () => {
    const mistake = new TypeError('x is undefined');
    const thrown = asking(() => {
      throw mistake;
    }, unavailable());
    expect(await rejectionOf(thrown())).to.equal(mistake);
    const promised = asking((async () => true) as never, unavailable());
    expect(await rejectionOf(promised()))
      .to.be.instanceOf(ConfigurationError)
      .and.to.have.property('message')
      .that.contains('fallbackOn');
  });

  it('answers for refusals of policies further in, by their kind', async () => {
    const pending = deferred();
    class Service {
      @CircuitProtected({ circuit: uniqueName(), fallback: 'fallback', fallbackOn: ['concurrency-limit'] })
      @ConcurrencyLimited({ limit: 1 })
      async work(): Promise<unknown> {
        return pending.promise;
      }

      @CircuitProtected({ circuit: uniqueName(), fallback: 'fallback', fallbackOn: ['rate-limited'] })
      @RespectRateLimit({ maxWait: '1s' })
      async ask(): Promise<unknown> {
        throw httpError(429, { headers: { 'retry-after': '60' } });
      }
    }
    const service = new Service();
    const working = watch(service.work());
    expect(await service.work()).to.equal('fallback');
    expect(world.heard('fallback_used')[0]).to.include({ reason: 'failure', kind: 'concurrency-limit' });
    pending.resolve('done');
    await turn();
    expect(working.settled.value).to.equal('done');
    expect(await service.ask()).to.equal('fallback');
    // The second call is rejected at the gate, before anything is sent.
    expect(await service.ask()).to.equal('fallback');
  });
});
