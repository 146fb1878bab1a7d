import { expect } from 'chai';
import {
  CircuitProtected,
  ConfigurationError,
  circuit,
  circuits,
  gate,
  gates,
  inspect,
  RespectRateLimit,
  RetryOnTransient,
} from '#lib/index.js';
import { ownGate } from '#lib/runtime/gates.js';
import { httpError, turn, uniqueName, unavailable, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const limited = (retryAfter?: string): Error =>
  httpError(429, retryAfter === undefined ? {} : { headers: { 'retry-after': retryAfter } });

describe('The handle of a gate', () => {
  const world = virtualTime();
  /** What the upstream answers next; it answers well once these are used up. */
  let answers: (Error | undefined)[] = [];
  let calls: number[] = [];
  beforeEach(() => {
    answers = [];
    calls = [];
  });

  function serviceOf(name: string, maxWait: '30s' | '10m' = '30s') {
    class Service {
      @RespectRateLimit({ gate: name, maxWait })
      async ask(): Promise<string> {
        calls.push(world.clock.now());
        const error = answers.shift();
        if (error) throw error;
        return 'answer';
      }
    }
    return new Service();
  }

  it('exists before the first call, and does not bring a gate about by looking', () => {
    const name = uniqueName();
    const handle = gate(name);
    expect(handle).to.include({ name, isClosed: false, retryAfterMs: 0, waiting: 0 });
    handle.open();
    circuit(name).reset();
    expect(gates().map((one) => one.name)).not.to.include(name);
    expect(circuits().map((one) => one.name)).not.to.include(name);
  });

  for (const wrong of ['', 5, undefined, {}])
    it(`refuses a name that is ${JSON.stringify(wrong)}`, () => {
      expect(() => gate(wrong as string)).to.throw(ConfigurationError, /^gate: expected/);
    });

  it('shows a hundred and fifty thousand gates of one name, as a circuit with keys may have', () => {
    const name = uniqueName();
    const made = Array.from({ length: 150_000 }, () => ownGate(name));
    expect(gate(name).retryAfterMs).to.equal(0);
    made[0]?.limited({ hintMs: 5000, pass: undefined, minWaitMs: 1000, maxGateMs: 60_000 }, world.clock.now());
    expect(gate(name).retryAfterMs).to.equal(5000);
    expect(inspect().gates.find((each) => each.gate === name)).to.include({ closedForMs: 5000, waiting: 0 });
  });

  it('shows the pause, who waits, and the pace after it', async () => {
    const name = uniqueName();
    const service = serviceOf(name);
    answers = [limited('4')];
    const asked = [watch(service.ask())];
    await turn();
    asked.push(watch(service.ask()), watch(service.ask()));
    await turn();
    expect(gates().map((one) => one.name)).to.include(name);
    const handle = gate(name);
    expect([handle.isClosed, handle.waiting]).to.deep.equal([true, 3]);
    await world.clock.advance('4s');
    expect(calls).to.have.lengthOf(2);
    expect([handle.isClosed, handle.waiting]).to.deep.equal([true, 2]);
    await world.clock.advance('3s');
    expect(asked.map(({ settled }) => settled.value)).to.deep.equal(['answer', 'answer', 'answer']);
    expect(handle.waiting).to.equal(0);
    expect(world.clock.timers).to.equal(0);
  });

  it('ends the pause and the pacing by hand: everyone passes at once', async () => {
    const name = uniqueName();
    const service = serviceOf(name);
    answers = [limited('20')];
    const first = watch(service.ask());
    await turn();
    const others = [watch(service.ask()), watch(service.ask())];
    await world.clock.advance('5s');
    expect(calls).to.have.lengthOf(1);
    gate(name).open();
    await turn();
    expect([first, ...others].map(({ settled }) => settled.value)).to.deep.equal(['answer', 'answer', 'answer']);
    expect(gate(name)).to.include({ isClosed: false, retryAfterMs: 0, waiting: 0 });
    expect(world.clock.timers).to.equal(0);
  });

  it('does not shorten the wait of the call that got the 429 below minWait', async () => {
    const name = uniqueName();
    const service = serviceOf(name);
    answers = [limited('20')];
    const first = watch(service.ask());
    await turn();
    const second = watch(service.ask());
    gate(name).open();
    await turn();
    expect([first.settled.done, second.settled.value]).to.deep.equal([false, 'answer']);
    await world.clock.advance('1s');
    expect(first.settled.value).to.equal('answer');
  });

  it('opens with reset() of the circuit of that name, also one that was opened with a hint for a day', async () => {
    const name = uniqueName();
    class Service {
      @CircuitProtected(name)
      @RespectRateLimit()
      async ask(): Promise<string> {
        const error = answers.shift();
        if (error) throw error;
        return 'answer';
      }
    }
    const service = new Service();
    answers = [limited('86400')];
    const refused = watch(service.ask());
    await turn();
    expect(refused.settled.error).to.include({ name: 'RateLimitedError', retryAfterMs: 86_400_000 });
    expect(gate(name)).to.include({ isClosed: true, retryAfterMs: 300_000 });
    circuit(name).reset();
    expect(gate(name).isClosed).to.equal(false);
    expect(await service.ask()).to.equal('answer');
  });

  it('opens with reset() all gates of a circuit with keys, or that of one key', async () => {
    const name = uniqueName();
    class Service {
      @CircuitProtected({ circuit: name, key: (key: string) => key })
      @RespectRateLimit()
      async ask(_key: string): Promise<string> {
        const error = answers.shift();
        if (error) throw error;
        return 'answer';
      }
    }
    const service = new Service();
    answers = [limited('60'), limited('50')];
    watch(service.ask('a'));
    watch(service.ask('b'));
    await turn();
    expect(gate(name).retryAfterMs).to.equal(60_000);
    circuit(`${name}[a]`).reset();
    expect(gate(name).retryAfterMs).to.equal(50_000);
    circuit(name).reset();
    expect(gate(name).isClosed).to.equal(false);
  });

  it('refills with reset() the budget of retries that the circuit shares', async () => {
    const name = uniqueName();
    let requests = 0;
    class Service {
      @CircuitProtected({
        circuit: name,
        failureThreshold: 'off',
        failureRate: 1,
        minimumCalls: 100_000,
        window: 100_000,
      })
      @RetryOnTransient({ maxAttempts: 2, minWait: '1ms', jitter: 'none' })
      async ask(): Promise<string> {
        requests += 1;
        throw unavailable();
      }
    }
    const service = new Service();
    const spend = async (): Promise<number> => {
      const before = requests;
      const asked = Array.from({ length: 200 }, () => watch(service.ask()));
      await world.clock.advance('5ms');
      expect(asked.every(({ settled }) => settled.done)).to.equal(true);
      return requests - before;
    };
    const full = await spend();
    expect(full).to.be.within(300, 345);
    expect(await spend()).to.be.below(full - 50);
    circuit(name).reset();
    expect(await spend()).to.equal(full);
  });
});

describe('A 429', () => {
  const world = virtualTime();

  it('with a hint for a day closes the gate for maxGate, then one call tries, and its 429 closes it again', async () => {
    const name = uniqueName();
    const calls: number[] = [];
    let isLimited = true;
    const begun = world.clock.now();
    class Service {
      @RespectRateLimit({ gate: name, maxWait: '20m', minWait: '1s' })
      async ask(): Promise<string> {
        calls.push(world.clock.now() - begun);
        if (isLimited) throw limited('999999999');
        return 'answer';
      }
    }
    const service = new Service();
    const first = watch(service.ask());
    await turn();
    expect(first.settled.error).to.include({ name: 'RateLimitedError' });
    const waiting = [watch(service.ask()), watch(service.ask())];
    await turn();
    // Only one call tries: the hint says when the other one could pass.
    expect(waiting[1]?.settled.error).to.include({ name: 'RateLimitedError' });
    await world.clock.advance('299999ms');
    expect(calls).to.deep.equal([0]);
    await world.clock.advance('1ms');
    expect(calls, 'one call tries').to.deep.equal([0, 300_000]);
    expect(waiting[0]?.settled.error).to.include({ name: 'RateLimitedError' });
    isLimited = false;
    const later = watch(service.ask());
    await world.clock.advance('299999ms');
    expect(calls).to.deep.equal([0, 300_000]);
    await world.clock.advance('1ms');
    expect(calls).to.deep.equal([0, 300_000, 600_000]);
    expect(later.settled.value).to.equal('answer');
    const next = watch(service.ask());
    await world.clock.advance('1s');
    expect(next.settled.value, 'whoever tried has found out that the hint no longer holds').to.equal('answer');
    expect(world.clock.timers).to.equal(0);
  });

  it('without a hint closes the gate for everybody, twice as long each time, and is emitted once', async () => {
    const name = uniqueName();
    const calls: number[] = [];
    const begun = world.clock.now();
    class Service {
      @RespectRateLimit({ gate: name, minWait: '1s', maxAttempts: 10, maxWait: '1m' })
      async ask(): Promise<string> {
        calls.push(world.clock.now() - begun);
        if (calls.length < 4) throw limited();
        return 'answer';
      }
    }
    const service = new Service();
    const first = watch(service.ask());
    await turn();
    const second = watch(service.ask());
    await world.clock.advance('30s');
    expect(calls.slice(0, 4)).to.deep.equal([0, 1000, 3000, 7000]);
    expect([first.settled.value, second.settled.value]).to.deep.equal(['answer', 'answer']);
    expect(world.heard('rate_limited')).to.have.lengthOf(1);
    expect(world.clock.timers).to.equal(0);
  });
});
