import { expect } from 'chai';
import {
  CircuitOpenError,
  type CircuitOptions,
  CircuitProtected,
  circuit,
  configure,
  RetryOnTransient,
} from '#lib/index.js';
import { deferred, httpError, rejection, rejectionOf, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

type Answer = 'ok' | 'fail' | 'reject' | 'limit';

const ERRORS = { fail: unavailable, reject: rejection, limit: () => httpError(429) };

describe('@CircuitProtected with rates', () => {
  const world = virtualTime();

  function serviceWith(options: CircuitOptions, name = uniqueName()) {
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 1000, recoveryTimeout: '10s', ...options })
      async ask(answer: Answer, until?: Promise<unknown>): Promise<string> {
        await until;
        if (answer !== 'ok') throw ERRORS[answer]();
        return answer;
      }
    }
    const service = new Service();
    return {
      name,
      ask: (...answers: Answer[]) =>
        answers.reduce(
          (done, answer) => done.then(() => service.ask(answer).catch(() => {})),
          Promise.resolve<unknown>(0),
        ),
      takes: async (duration: `${number}ms`, answer: Answer = 'ok') => {
        const end = deferred();
        const asked = service.ask(answer, end.promise).catch(() => {});
        await world.clock.advance(duration);
        end.resolve(0);
        await asked;
      },
      refuses: async () => (await service.ask('ok').catch((error) => (error as Error).name)) === 'CircuitOpenError',
      snapshot: () => circuit(name).snapshot(),
    };
  }

  it('opens when the share of failures reaches failureRate, once minimumCalls have finished', async () => {
    const { ask, snapshot } = serviceWith({ failureRate: 0.5, minimumCalls: 4 });
    await ask('fail', 'fail', 'ok');
    expect(snapshot()).to.deep.include({ state: 'closed', window: { calls: 3, failures: 2, slow: 0 } });
    await ask('ok');
    expect(snapshot().state).to.equal('open');
    expect(world.heard('circuit_opened')[0]).to.include({ reason: 'failure-rate', trips: 1 });
  });

  it('does not open below the rate, however many fail', async () => {
    const { ask, snapshot } = serviceWith({ failureRate: 0.6, minimumCalls: 2, window: 10 });
    for (let i = 0; i < 20; i++) await ask('ok', 'fail');
    expect(snapshot().state).to.equal('closed');
  });

  it('can be told that all calls, and that one call out of one, must fail', async () => {
    const all = serviceWith({ failureRate: 1, minimumCalls: 3 });
    await all.ask('fail', 'fail');
    expect(all.snapshot().state).to.equal('closed');
    await all.ask('fail');
    expect(all.snapshot().state).to.equal('open');
    const one = serviceWith({ failureRate: 1, minimumCalls: 1, window: 1 });
    await one.ask('ok');
    expect(one.snapshot().state).to.equal('closed');
    await one.ask('fail');
    expect(one.snapshot().state).to.equal('open');
  });

  it('counts neither rejections nor rate limits', async () => {
    const { ask, snapshot } = serviceWith({ failureRate: 0.5, minimumCalls: 2 });
    await ask('fail', 'reject', 'limit', 'reject');
    expect(snapshot()).to.deep.include({ state: 'closed', window: { calls: 1, failures: 1, slow: 0 } });
  });

  it('forgets by time, also after a silence: a call exactly as old as the window is out', async () => {
    const { ask, snapshot } = serviceWith({ failureRate: 0.5, minimumCalls: 2, window: '10s' });
    await ask('fail');
    await world.clock.advance('9999ms');
    expect(snapshot().window).to.deep.equal({ calls: 1, failures: 1, slow: 0 });
    await world.clock.advance('1ms');
    expect(snapshot().window).to.deep.equal({ calls: 0, failures: 0, slow: 0 });
    await ask('fail');
    expect(snapshot().state).to.equal('closed');
    await ask('fail');
    expect(snapshot().state).to.equal('open');
  });

  it('looks at the last calls where the window is a number', async () => {
    const { ask, snapshot } = serviceWith({ failureRate: 0.75, minimumCalls: 4, window: 4 });
    await ask('fail', 'fail', 'ok', 'ok', 'ok', 'fail', 'fail');
    expect(snapshot()).to.deep.include({ state: 'closed', window: { calls: 4, failures: 2, slow: 0 } });
    await ask('fail');
    expect(snapshot().state).to.equal('open');
  });

  it('opens on calls slower than slowCall, whether or not they failed, and says why', async () => {
    const { takes, snapshot } = serviceWith({ slowCall: '2s', slowCallRate: 0.5, minimumCalls: 4 });
    await takes('2000ms');
    await takes('2001ms');
    await takes('0ms');
    expect(snapshot().window).to.deep.equal({ calls: 3, failures: 0, slow: 1 });
    await takes('5000ms', 'fail');
    expect(snapshot().state).to.equal('open');
    expect(world.heard('circuit_opened')[0]?.reason).to.equal('slow-call-rate');
  });

  it('refuses while it is open, and calls nothing', async () => {
    let calls = 0;
    const ask = CircuitProtected({ slowCall: '1s', failureThreshold: 1, fallback: 'sorry' })(
      async (): Promise<string> => {
        calls += 1;
        throw unavailable();
      },
    );
    await rejectionOf(ask());
    expect([await ask(), await ask(), calls]).to.deep.equal(['sorry', 'sorry', 1]);
  });

  it('opens when every call is slow where slowCall alone is given', async () => {
    const { takes, snapshot } = serviceWith({ slowCall: '1s', minimumCalls: 2 });
    await takes('1001ms');
    await takes('1001ms');
    expect(snapshot().state).to.equal('open');
  });

  it('times the whole call, retries and their waits included', async () => {
    const name = uniqueName();
    let calls = 0;
    class Service {
      @CircuitProtected({ circuit: name, slowCall: '3s', slowCallRate: 1, minimumCalls: 1 })
      @RetryOnTransient({ minWait: '2s', jitter: 'none' })
      async ask(): Promise<string> {
        calls += 1;
        if (calls < 3) throw unavailable();
        return 'third';
      }
    }
    const asked = new Service().ask();
    await world.clock.advance('1m');
    expect(await asked).to.equal('third');
    expect(circuit(name).state).to.equal('open');
  });

  it('times a stream until its first chunk: a reader who takes his time is not the upstream', async () => {
    const name = uniqueName();
    let beginAfter: `${number}s` = '0s';
    class Service {
      @CircuitProtected({ circuit: name, slowCall: '5s', minimumCalls: 3 })
      async *read(): AsyncGenerator<number> {
        await world.clock.advance(beginAfter);
        yield 1;
        yield 2;
      }
    }
    const service = new Service();
    for (let i = 0; i < 3; i++) for await (const _ of service.read()) await world.clock.advance('10s');
    expect(circuit(name).snapshot()).to.deep.include({ state: 'closed', window: { calls: 3, failures: 0, slow: 0 } });
    beginAfter = '6s';
    for await (const _ of service.read());
    expect(circuit(name).snapshot().window).to.deep.equal({ calls: 4, failures: 0, slow: 1 });
  });

  it('times a method that calls itself each time for itself', async () => {
    const name = uniqueName();
    class Service {
      @CircuitProtected({ circuit: name, slowCall: '1s', minimumCalls: 100 })
      async ask(depth: number, until?: Promise<unknown>): Promise<number> {
        const inner = depth > 0 ? this.ask(depth - 1) : undefined;
        await until;
        await inner;
        return depth;
      }
    }
    const end = deferred();
    const asked = new Service().ask(1, end.promise);
    await world.clock.advance('5s');
    end.resolve(0);
    await asked;
    expect(circuit(name).snapshot().window).to.deep.equal({ calls: 2, failures: 0, slow: 1 });
  });

  it('says that it lets a call through while a probe is out and another may go', async () => {
    const { ask, snapshot, takes } = serviceWith({ failureThreshold: 1, probes: 2, probeInterval: '5s' });
    await ask('fail');
    await world.clock.advance('10s');
    const first = takes('1ms');
    expect(snapshot()).to.include({ state: 'half-open', retryAfterMs: 0 });
    const second = takes('1ms');
    expect(snapshot()).to.include({ state: 'half-open', retryAfterMs: 5000 });
    await Promise.all([first, second]);
  });

  it('begins anew when it closes', async () => {
    const { ask, snapshot } = serviceWith({ failureRate: 0.5, minimumCalls: 2, window: 100 });
    await ask('fail', 'fail');
    await world.clock.advance('10s');
    await ask('ok', 'fail');
    expect(snapshot()).to.deep.include({ state: 'closed', window: { calls: 1, failures: 1, slow: 0 } });
  });

  it('forgets the window when it is reset', async () => {
    const { ask, name, snapshot } = serviceWith({ failureRate: 0.5, minimumCalls: 3 });
    await ask('fail', 'fail');
    circuit(name).reset();
    expect(snapshot()).not.to.have.property('window');
    await ask('ok', 'ok', 'fail');
    expect(snapshot().state).to.equal('closed');
  });

  it('are the only rule where nobody has set a threshold for failures in a row', async () => {
    // What is undefined is not set.
    const unset = { failureThreshold: undefined as never, window: 100, minimumCalls: 50 };
    const rate = serviceWith({ ...unset, failureRate: 0.5 });
    await rate.ask(...Array<'fail'>(20).fill('fail'));
    expect(rate.snapshot().state).to.equal('closed');
    const both = serviceWith({ ...unset, failureRate: 0.5, failureThreshold: 5 });
    await both.ask(...Array<'fail'>(5).fill('fail'));
    expect(both.snapshot().state).to.equal('open');
    const slow = serviceWith({ ...unset, slowCallRate: 0.5, slowCall: '1s' });
    await slow.ask(...Array<'fail'>(5).fill('fail'));
    expect(slow.snapshot().state).to.equal('open');
  });

  it('are the only rule where the threshold is off, in any layer', async () => {
    const { ask, name, snapshot } = serviceWith({ failureThreshold: 'off' });
    await ask(...Array<'fail'>(20).fill('fail'));
    expect(snapshot().state).to.equal('closed');
    const restore = configure({ settings: { circuits: { [name]: { circuit: { failureThreshold: 3 } } } } });
    await ask('fail');
    expect(snapshot().state).to.equal('open');
    restore();
  });

  it('keeps what it has seen when settings change the window', async () => {
    const { ask, name, snapshot } = serviceWith({ failureRate: 0.5, minimumCalls: 10, window: '60s' });
    await ask('ok', 'fail', 'fail');
    const restore = configure({ settings: { circuits: { [name]: { circuit: { window: 5, minimumCalls: 4 } } } } });
    try {
      await ask('ok');
      expect(snapshot()).to.deep.include({ state: 'open' });
    } finally {
      restore();
    }
  });

  it('shares what was seen among the methods of one circuit', async () => {
    const first = serviceWith({ failureRate: 0.5, minimumCalls: 4 });
    const second = serviceWith({ failureRate: 0.5, minimumCalls: 4 }, first.name);
    await first.ask('ok', 'fail');
    await second.ask('ok', 'fail');
    expect([await first.refuses(), await second.refuses()]).to.deep.equal([true, true]);
  });

  it('takes several probes at a time, and closes when as many have succeeded', async () => {
    const { ask, snapshot, takes, refuses } = serviceWith({ failureThreshold: 1, probes: 3, probeInterval: '9s' });
    await ask('fail');
    await world.clock.advance('10s');
    const out = [takes('1ms'), takes('1ms'), takes('1ms')];
    expect(await refuses()).to.equal(true);
    await Promise.all(out);
    expect(snapshot().state).to.equal('closed');
  });
});

describe('@CircuitProtected with rampUp', () => {
  const world = virtualTime();

  async function closedAfterOutage(rampUp: '10s' | '0s') {
    const name = uniqueName();
    let healthy = false;
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '1s', rampUp })
      async ask(): Promise<string> {
        if (!healthy) throw unavailable();
        return 'answer';
      }
    }
    const service = new Service();
    await rejectionOf(service.ask());
    healthy = true;
    await world.clock.advance('1s');
    await service.ask();
    expect(circuit(name).state).to.equal('closed');
    const admittedOf = async (calls: number): Promise<number> => {
      let admitted = 0;
      for (let i = 0; i < calls; i++)
        admitted += await service.ask().then(
          () => 1,
          () => 0,
        );
      return admitted;
    };
    return { name, admittedOf };
  }

  it('admits a share of calls that grows evenly until it is all of them', async () => {
    const { admittedOf } = await closedAfterOutage('10s');
    const admitted: number[] = [await admittedOf(100)];
    for (let second = 1; second <= 10; second++) {
      await world.clock.advance('1s');
      admitted.push(await admittedOf(100));
    }
    admitted.forEach((count, second) => expect(count, `after ${second} s`).to.be.closeTo(second * 10, 1));
  });

  it('refuses the others as an open circuit does, and tells when all get through', async () => {
    const { admittedOf, name } = await closedAfterOutage('10s');
    await world.clock.advance('4s');
    await admittedOf(1);
    expect(world.heard('circuit_refused')[0]).to.include({ state: 'closed', retryAfterMs: 6000 });
    expect(circuit(name)).to.include({ state: 'closed', isOpen: false, retryAfterMs: 6000 });
  });

  it('admits everybody at once by default, and after a reset by hand', async () => {
    expect(await (await closedAfterOutage('0s')).admittedOf(50)).to.equal(50);
    const { admittedOf, name } = await closedAfterOutage('10s');
    circuit(name).reset();
    expect(await admittedOf(50)).to.equal(50);
  });

  it('begins when it is reset by hand, also where nothing but successes came before', async () => {
    for (const calls of [1, 5]) {
      const [name, tenants] = [uniqueName(), uniqueName()];
      const asks: Readonly<Record<string, () => Promise<string>>> = {
        [name]: CircuitProtected({ circuit: name, rampUp: '10s' })(async () => 'answer'),
        [`${tenants}[a]`]: CircuitProtected({ circuit: tenants, rampUp: '10s', key: () => 'a' })(async () => 'answer'),
      };
      for (const [which, ask] of Object.entries(asks)) {
        for (let i = 0; i < calls; i++) await ask();
        circuit(which).isolate();
        circuit(which).reset();
        expect(await rejectionOf(ask()), `${which} after ${calls} calls`).to.be.instanceOf(CircuitOpenError);
      }
      await world.clock.advance('10s');
      for (const ask of Object.values(asks)) expect(await ask()).to.equal('answer');
    }
  });
});
