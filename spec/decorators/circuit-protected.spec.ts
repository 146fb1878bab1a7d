import { expect } from 'chai';
import { CircuitOpenError, CircuitProtected, circuit, circuits, configure, RetryOnTransient } from '#lib/index.js';
import {
  deferred,
  fail,
  httpError,
  rejection,
  rejectionOf,
  succeed,
  Upstream,
  uniqueName,
  unavailable,
  watch,
} from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('@CircuitProtected', () => {
  const world = virtualTime();

  /** A class of its own for each test, so that no circuit is shared. */
  function serviceWith(options: Parameters<typeof CircuitProtected>[0] & object) {
    class Service {
      constructor(readonly upstream: Upstream) {}

      @CircuitProtected({ failureThreshold: 2, recoveryTimeout: '10s', ...options })
      async ask(_question?: string): Promise<unknown> {
        return this.upstream.ask();
      }
    }
    return (...steps: ConstructorParameters<typeof Upstream>) => new Service(new Upstream(...steps));
  }

  /** A class whose method its caller aborts while it is at work; then it fails, if it is told to. */
  function cancelledWith(options: Parameters<typeof CircuitProtected>[0] & object) {
    class Cancelled {
      @CircuitProtected({ failureThreshold: 2, recoveryTimeout: '10s', ...options })
      async ask(caller: AbortController | undefined, _options: { signal?: AbortSignal }): Promise<unknown> {
        caller?.abort(new Error('gone'));
        throw unavailable();
      }
    }
    const service = new Cancelled();
    return {
      fail: () => rejectionOf(service.ask(undefined, {})),
      cancel: () => {
        const caller = new AbortController();
        return rejectionOf(service.ask(caller, { signal: caller.signal }));
      },
    };
  }

  async function failTimes(service: { ask(): Promise<unknown> }, times: number): Promise<void> {
    for (let i = 0; i < times; i++) await rejectionOf(service.ask());
  }

  it('opens after failureThreshold failures in a row and refuses the next call without making it', async () => {
    const name = uniqueName();
    const service = serviceWith({ circuit: name })(fail());
    await failTimes(service, 2);
    const refusal = (await rejectionOf(service.ask())) as CircuitOpenError;
    expect(service.upstream.calls).to.equal(2);
    expect(refusal).to.be.instanceOf(CircuitOpenError);
    expect(refusal).to.include({ name: 'CircuitOpenError', circuit: name, retryAfterMs: 10_000 });
    expect(circuit(name)).to.include({ state: 'open', isOpen: true, retryAfterMs: 10_000 });
  });

  it('starts counting anew after a success', async () => {
    const service = serviceWith({})(fail(), succeed(), fail(), fail());
    await failTimes(service, 1);
    await service.ask();
    await failTimes(service, 2);
    expect(service.upstream.calls).to.equal(4);
  });

  it('ignores cancelled calls: they neither open it nor start the count anew', async () => {
    const name = uniqueName();
    const service = cancelledWith({ circuit: name, failureThreshold: 3 });
    await service.fail();
    await service.fail();
    for (let i = 0; i < 3; i++) await service.cancel();
    expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 2 });
    await service.fail();
    expect(circuit(name).state).to.equal('open');
  });

  it('counts an abort of the method itself, which no caller asked for, as a timeout', async () => {
    const name = uniqueName();
    const service = serviceWith({ circuit: name })(fail(new DOMException('gone', 'AbortError')));
    await failTimes(service, 2);
    expect(circuit(name).state).to.equal('open');
    expect(world.heard('circuit_opened')[0]).to.include({ kind: 'timeout' });
  });

  for (const [what, error] of [
    ['rejections', rejection()],
    ['rate limits', httpError(429)],
    ['spent quota', httpError(429, { type: 'insufficient_quota' })],
    ['wrong configuration', Object.assign(new TypeError('bad'), { code: 'ERR_INVALID_URL' })],
    ['bugs', new RangeError('bug')],
    ['thrown strings', 'no'],
  ] as const) {
    it(`ignores ${what}: they neither open it nor start the count anew`, async () => {
      const service = serviceWith({ failureThreshold: 3 })(
        fail(),
        fail(),
        fail(error),
        fail(error),
        fail(error),
        fail(),
      );
      await failTimes(service, 6);
      expect(await rejectionOf(service.ask())).to.be.instanceOf(CircuitOpenError);
      expect(service.upstream.calls).to.equal(6);
    });
  }

  for (const [what, error] of [
    ['timeouts', new DOMException('late', 'TimeoutError')],
    ['network errors', Object.assign(new Error('x'), { code: 'ECONNRESET' })],
    ['server errors', httpError(500)],
    ['malformed answers', new SyntaxError('x')],
  ] as const) {
    it(`counts ${what} as failures`, async () => {
      const service = serviceWith({})(fail(error));
      await failTimes(service, 2);
      expect(await rejectionOf(service.ask())).to.be.instanceOf(CircuitOpenError);
    });
  }

  it('counts one exhausted retry sequence as one failure', async () => {
    class Service {
      calls = 0;
      @CircuitProtected({ failureThreshold: 2 })
      @RetryOnTransient({ maxAttempts: 3 })
      async ask(): Promise<void> {
        this.calls += 1;
        throw unavailable();
      }
    }
    const service = new Service();
    for (const calls of [3, 6]) {
      const asked = rejectionOf(service.ask());
      await world.clock.advance('60s');
      await asked;
      expect(service.calls).to.equal(calls);
    }
    expect(await rejectionOf(service.ask())).to.be.instanceOf(CircuitOpenError);
  });

  it('counts a call as one failure, though a success has reset what its first attempts had counted', async () => {
    const name = uniqueName();
    const ask = CircuitProtected({ failureThreshold: 2, circuit: name })(
      RetryOnTransient({ minWait: '1s', jitter: 'none' })(async (isDown: boolean) => {
        if (isDown) throw unavailable();
      }),
    );
    const failing = watch(ask(true));
    await world.clock.advance('0ms');
    // One of three attempts is counted, which the success resets.
    await ask(false);
    expect(circuit(name).snapshot().failures).to.equal(0);
    await world.clock.advance('1s');
    await world.clock.advance('2s');
    expect(failing.settled).to.include({ done: true });
    expect(circuit(name).snapshot().failures).to.equal(1);
    await Promise.all([rejectionOf(ask(true)), world.clock.advance('1s').then(() => world.clock.advance('2s'))]);
    expect(circuit(name).state).to.equal('open');
  });

  it('keeps what attempts have counted when a success comes that the circuit ignores, and not over a reset', async () => {
    const name = uniqueName();
    const late = deferred<string>();
    const ask = CircuitProtected({ failureThreshold: 2, circuit: name })(
      RetryOnTransient({ maxAttempts: 2, minWait: '1s', jitter: 'none' })(async (what: 'late' | 'down') => {
        if (what === 'late') return late.promise;
        throw unavailable();
      }),
    );
    const old = ask('late');
    circuit(name).isolate();
    circuit(name).reset();
    const failing = rejectionOf(ask('down'));
    await world.clock.advance('0ms');
    // Admitted before the circuit was isolated: it decides nothing.
    late.resolve('answer');
    await old;
    await world.clock.advance('1s');
    await failing;
    const half = rejectionOf(ask('down'));
    await world.clock.advance('0ms');
    expect(circuit(name).state).to.equal('closed');
    circuit(name).reset();
    await world.clock.advance('1s');
    await half;
    expect(circuit(name).snapshot().failures).to.equal(1);
  });

  it('stops retries on a result as well, and lets them draw on its budget', async () => {
    const name = uniqueName();
    class Service {
      @CircuitProtected({ failureThreshold: 1, circuit: name })
      @RetryOnTransient({ minWait: '5s', jitter: 'none', retryOnResult: (value) => value === 'pending' })
      async ask(error: unknown): Promise<string> {
        if (error) throw error;
        return 'pending';
      }
    }
    const service = new Service();
    const polling = watch(service.ask(undefined));
    await world.clock.advance('1s');
    await rejectionOf(service.ask(httpError(400)));
    const opened = failingBehind(name);
    await rejectionOf(opened());
    await world.clock.advance('0ms');
    expect(polling.settled).to.deep.equal({ done: true, value: 'pending' });
    expect(world.heard('retry_scheduled')[0]).to.include({ circuit: name });
    expect(world.clock.timers).to.equal(0);
  });

  const failingBehind = (name: string) =>
    CircuitProtected({ failureThreshold: 1, circuit: name })(async () => Promise.reject(unavailable()));

  it('wakes the retries of calls when it is isolated by hand', async () => {
    const name = uniqueName();
    const ask = CircuitProtected(name)(RetryOnTransient({ minWait: '5s' })(async () => Promise.reject(unavailable())));
    const asked = watch(ask());
    await world.clock.advance('1s');
    circuit(name).isolate();
    await world.clock.advance('0ms');
    expect(asked.settled.done).to.equal(true);
    circuit(name).reset();
  });

  it('stops the retries of other calls at once when it opens, with their own error', async () => {
    class Service {
      @CircuitProtected({ failureThreshold: 1, circuit: uniqueName() })
      @RetryOnTransient({ maxAttempts: 2, minWait: '5s', jitter: 'none' })
      async ask(error: unknown): Promise<void> {
        throw error;
      }
    }
    const service = new Service();
    const [first, second] = [httpError(500), httpError(502)];
    const early = rejectionOf(service.ask(first));
    await world.clock.advance('3s');
    const late = watch(service.ask(second));
    await world.clock.advance('2s');
    expect(await early).to.equal(first);
    await world.clock.advance('0ms');
    expect(late.settled).to.deep.equal({ done: true, error: second });
    expect(world.heard('retry_gave_up').map(({ reason }) => reason)).to.have.members(['circuit-open', 'circuit-open']);
    expect(world.clock.timers).to.equal(0);
  });

  describe('while it is open', () => {
    it('needs no timer', async () => {
      const service = serviceWith({})(fail());
      await failTimes(service, 2);
      expect(world.clock.timers).to.equal(0);
    });

    it('lets the fallback answer, with the this, the error and the arguments of the call', async () => {
      const seen: unknown[] = [];
      class Service {
        readonly mark = 'this';
        @CircuitProtected({
          failureThreshold: 1,
          fallback(this: { mark: string }, error: unknown, question: string) {
            seen.push(this.mark, error, question);
            return 'sorry';
          },
        })
        async ask(_question: string): Promise<string> {
          throw unavailable();
        }
      }
      const service = new Service();
      await rejectionOf(service.ask('one'));
      expect(await service.ask('two')).to.equal('sorry');
      expect(seen).to.have.lengthOf(3);
      expect(seen[0]).to.equal('this');
      expect(seen[1]).to.be.instanceOf(CircuitOpenError);
      expect(seen[2]).to.equal('two');
    });

    it('takes a plain value for a fallback', async () => {
      const service = serviceWith({ fallback: null as never })(fail());
      await failTimes(service, 2);
      expect(await service.ask()).to.equal(null);
    });

    it('takes an asynchronous fallback', async () => {
      const service = serviceWith({ fallback: (async () => 'later') as never })(fail());
      await failTimes(service, 2);
      expect(await service.ask()).to.equal('later');
    });

    it('gives the fallback an error of its own for each call, whose retryAfterMs is computed when read', async () => {
      const errors: CircuitOpenError[] = [];
      const service = serviceWith({ fallback: ((error: CircuitOpenError) => errors.push(error)) as never })(fail());
      await failTimes(service, 2);
      await service.ask();
      await world.clock.advance('4s');
      await service.ask();
      expect(errors[1]).not.to.equal(errors[0]);
      expect(errors.map(({ retryAfterMs }) => retryAfterMs)).to.deep.equal([6000, 6000]);
      expect(errors[1]).to.be.instanceOf(CircuitOpenError).and.to.be.instanceOf(Error);
      expect(errors[1])
        .to.have.property('message')
        .that.matches(/^The circuit ".+" is open/);
      expect(String(errors[1]?.stack)).to.match(/^CircuitOpenError: The circuit/);
      Object.assign(errors[0] as object, { note: 'mine', cause: 'mine' });
      expect(errors[1]).not.to.have.any.keys('note', 'cause');
    });

    it('makes an error of its own for each refusal that is thrown, whose retryAfterMs is computed when read', async () => {
      const service = serviceWith({})(fail());
      await failTimes(service, 2);
      const first = (await rejectionOf(service.ask())) as CircuitOpenError;
      await world.clock.advance('4s');
      const second = (await rejectionOf(service.ask())) as CircuitOpenError;
      expect(first).not.to.equal(second);
      expect([first.retryAfterMs, second.retryAfterMs]).to.deep.equal([6000, 6000]);
      expect(JSON.parse(JSON.stringify(first))).to.include({ retryAfterMs: 6000 });
    });

    it('throws the error of a fallback that fails, with the refusal as its cause', async () => {
      for (const fallback of [
        () => {
          throw new Error('fallback');
        },
        async () => {
          throw new Error('fallback');
        },
      ]) {
        const service = serviceWith({ fallback: fallback as never })(fail());
        await failTimes(service, 2);
        const error = (await rejectionOf(service.ask())) as Error;
        expect(error.message).to.equal('fallback');
        expect(error.cause).to.be.instanceOf(CircuitOpenError);
      }
    });

    it('leaves the error of a fallback alone where it has a cause, is frozen or is none', async () => {
      const own = new Error('own', { cause: 'mine' });
      const frozen = Object.freeze(new Error('frozen'));
      for (const thrown of [own, frozen, 'text', undefined]) {
        const service = serviceWith({
          fallback: (() => {
            throw thrown;
          }) as never,
        })(fail());
        await failTimes(service, 2);
        expect(await rejectionOf(service.ask())).to.equal(thrown);
      }
      expect(own.cause).to.equal('mine');
    });

    it('tells refusals and fallbacks', async () => {
      const name = uniqueName();
      const service = serviceWith({ circuit: name, fallback: 'sorry' as never })(fail());
      await failTimes(service, 2);
      await service.ask();
      const of = { method: 'Service.ask', circuit: name };
      const facts = { kind: 'server', errorName: 'Error', status: 503 };
      expect(world.events).to.deep.equal([
        { type: 'circuit_opened', state: 'open', trips: 1, reason: 'failures', ...of, ...facts },
        { type: 'circuit_refused', state: 'open', retryAfterMs: 10_000, ...of },
        { type: 'fallback_used', reason: 'open', ...of },
      ]);
    });
  });

  describe('when its recovery is over', () => {
    it('lets one probe through, refuses the surplus, and closes when the probe succeeds', async () => {
      const name = uniqueName();
      const probe = deferred();
      const service = serviceWith({ circuit: name })(fail(), fail(), succeed(probe.promise));
      await failTimes(service, 2);
      await world.clock.advance('10s');
      expect(circuit(name)).to.include({ state: 'half-open', isOpen: false, retryAfterMs: 0 });
      const probing = service.ask();
      const surplus = (await rejectionOf(service.ask())) as CircuitOpenError;
      expect(surplus).to.be.instanceOf(CircuitOpenError);
      expect(surplus.retryAfterMs).to.equal(2500);
      expect(service.upstream.calls).to.equal(3);
      probe.resolve('back');
      expect(await probing).to.equal('back');
      expect(circuit(name).state).to.equal('closed');
      expect(world.events.map(({ type }) => type)).to.deep.equal([
        'circuit_opened',
        'circuit_half_open',
        'circuit_refused',
        'circuit_closed',
      ]);
    });

    it('stays open for up to a tenth longer, so that a fleet does not knock together, and never less', async () => {
      const name = uniqueName();
      world.chance = [0.5];
      const service = serviceWith({ circuit: name })(fail());
      await failTimes(service, 2);
      expect(circuit(name).retryAfterMs).to.equal(10_500);
      await world.clock.advance('10499ms');
      expect(circuit(name).state).to.equal('open');
      await world.clock.advance('1ms');
      expect(circuit(name).state).to.equal('half-open');
    });

    it('opens again when the probe fails, for recoveryGrowth times as long, at most maxRecoveryTimeout', async () => {
      const name = uniqueName();
      const options = { circuit: name, recoveryGrowth: 2, maxRecoveryTimeout: '30s' } as const;
      const service = serviceWith(options)(fail());
      await failTimes(service, 2);
      for (const recovery of [10_000, 20_000, 30_000, 30_000]) {
        expect(circuit(name).retryAfterMs).to.equal(recovery);
        await world.clock.advance(`${recovery}ms`);
        await failTimes(service, 1);
      }
      expect(world.heard('circuit_opened').map(({ trips }) => trips)).to.deep.equal([1, 2, 3, 4, 5]);
    });

    it('forgets the growth once it has closed', async () => {
      const name = uniqueName();
      const service = serviceWith({ circuit: name, recoveryGrowth: 2 })(fail(), fail(), fail(), succeed(), fail());
      await failTimes(service, 2);
      await world.clock.advance('10s');
      await failTimes(service, 1);
      await world.clock.advance('20s');
      await service.ask();
      await failTimes(service, 2);
      expect(circuit(name).retryAfterMs).to.equal(10_000);
    });

    it('lets another probe through when the first one is late, and a late success still closes it', async () => {
      const name = uniqueName();
      const late = deferred();
      const service = serviceWith({ circuit: name })(fail(), fail(), succeed(late.promise), fail(rejection()), fail());
      await failTimes(service, 2);
      await world.clock.advance('10s');
      const hung = service.ask();
      await world.clock.advance('2499ms');
      await rejectionOf(service.ask());
      expect(service.upstream.calls).to.equal(3);
      await world.clock.advance('1ms');
      const second = deferred();
      const next = watch(serviceProbe(name, second.promise));
      late.resolve('alive');
      await hung;
      expect(circuit(name).state).to.equal('closed');
      second.reject(unavailable());
      await world.clock.advance('0ms');
      expect(next.settled.done).to.equal(true);
      expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 0 });
    });

    function serviceProbe(name: string, answer: Promise<unknown>): Promise<unknown> {
      return serviceWith({ circuit: name })(succeed(answer)).ask();
    }

    it('does not count the failure of a probe that is late', async () => {
      const name = uniqueName();
      const late = deferred();
      const service = serviceWith({ circuit: name })(fail(), fail(), succeed(late.promise));
      await failTimes(service, 2);
      await world.clock.advance('10s');
      const hung = rejectionOf(service.ask());
      await world.clock.advance('5s');
      late.reject(unavailable());
      await hung;
      expect(circuit(name).state).to.equal('half-open');
    });

    it('gives the lease of an ignored probe back, and decides nothing', async () => {
      const name = uniqueName();
      const service = serviceWith({ circuit: name })(fail(), fail(), fail('a bug'), succeed());
      await failTimes(service, 2);
      await world.clock.advance('10s');
      expect(await rejectionOf(service.ask())).to.equal('a bug');
      expect(circuit(name).state).to.equal('half-open');
      await service.ask();
      expect(circuit(name).state).to.equal('closed');
    });

    it('decides nothing by a cancelled call', async () => {
      const name = uniqueName();
      const service = cancelledWith({ circuit: name });
      await service.fail();
      await service.fail();
      await world.clock.advance('10s');
      await service.cancel();
      expect(circuit(name)).to.include({ state: 'half-open', retryAfterMs: 0 });
    });

    for (const [what, error] of [
      ['a rate limit', httpError(429)],
      ['spent quota', httpError(429, { code: 'insufficient_quota' })],
      ['wrong configuration', Object.assign(new TypeError('bad'), { code: 'ERR_INVALID_URL' })],
    ] as const) {
      it(`decides nothing by ${what}`, async () => {
        const name = uniqueName();
        const service = serviceWith({ circuit: name })(fail(), fail(), fail(error));
        await failTimes(service, 2);
        await world.clock.advance('10s');
        await failTimes(service, 1);
        expect(circuit(name)).to.include({ state: 'half-open', retryAfterMs: 0 });
      });
    }

    it('takes a rejection for the proof that the service answers', async () => {
      const name = uniqueName();
      const service = serviceWith({ circuit: name })(fail(), fail(), fail(rejection()));
      await failTimes(service, 3 - 1);
      await world.clock.advance('10s');
      await failTimes(service, 1);
      expect(circuit(name).state).to.equal('closed');
    });

    it('needs as many successes as it has probes', async () => {
      const name = uniqueName();
      const answers = [deferred(), deferred()];
      const steps = answers.map(({ promise }) => succeed(promise));
      const service = serviceWith({ circuit: name, probes: 2 })(fail(), fail(), ...steps);
      await failTimes(service, 2);
      await world.clock.advance('10s');
      const probes = [service.ask(), service.ask()];
      expect(await rejectionOf(service.ask())).to.be.instanceOf(CircuitOpenError);
      answers[0]?.resolve(1);
      await probes[0];
      expect(circuit(name).state).to.equal('half-open');
      answers[1]?.resolve(2);
      await probes[1];
      expect(circuit(name).state).to.equal('closed');
    });

    it('takes its own probeInterval for the lease', async () => {
      const name = uniqueName();
      const service = serviceWith({ circuit: name, probeInterval: '2s' })(
        fail(),
        fail(),
        succeed(new Promise(() => {})),
      );
      await failTimes(service, 2);
      await world.clock.advance('10s');
      watch(service.ask());
      expect(circuit(name).retryAfterMs).to.equal(2000);
    });
  });

  it('lets results of an older epoch decide nothing', async () => {
    const name = uniqueName();
    const old = [deferred(), deferred()];
    const service = serviceWith({ circuit: name })(succeed(old[0]?.promise), succeed(old[1]?.promise), fail(), fail());
    const [first, second] = [watch(service.ask()), watch(service.ask())];
    await failTimes(service, 2);
    old[0]?.resolve('late success');
    await world.clock.advance('0ms');
    expect(circuit(name).state).to.equal('open');
    await world.clock.advance('10s');
    const probe = serviceWith({ circuit: name })(succeed(new Promise(() => {})));
    watch(probe.ask());
    old[1]?.reject(unavailable());
    await world.clock.advance('0ms');
    expect(circuit(name).state).to.equal('half-open');
    expect([first.settled.done, second.settled.done]).to.deep.equal([true, true]);
  });

  it('is closed by a call that an aborted caller gave up neither way', async () => {
    const name = uniqueName();
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 1 })
      async ask(_signal: AbortSignal): Promise<void> {
        throw unavailable();
      }
    }
    const aborted = AbortSignal.abort();
    await rejectionOf(new Service().ask(aborted));
    expect(circuit(name).state).to.equal('closed');
  });

  it("ignores a caller's own deadline that ended a wait between attempts", async () => {
    const name = uniqueName();
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 1, fallbackOn: 'failure', fallback: 'sorry' })
      @RetryOnTransient({ signal: (stop: { signal: AbortSignal }[]) => stop[0]?.signal })
      async ask(_stop: { signal: AbortSignal }[]): Promise<string> {
        throw unavailable();
      }
    }
    const controller = new AbortController();
    const asked = rejectionOf(new Service().ask([controller]));
    await world.clock.advance('100ms');
    controller.abort(new DOMException('the caller is impatient', 'TimeoutError'));
    expect(((await asked) as Error).name).to.equal('TimeoutError');
    expect(circuit(name).state).to.equal('closed');
  });

  describe("with fallbackOn: 'failure'", () => {
    it('answers also for a transient failure that is final', async () => {
      const service = serviceWith({ fallbackOn: 'failure', fallback: ((error: Error) => error.message) as never })(
        fail(),
      );
      expect(await service.ask()).to.equal('secret of status 503');
      expect(world.heard('fallback_used')[0]).to.deep.include({ reason: 'failure', kind: 'server', status: 503 });
    });

    it('does not answer for a cancelled call', async () => {
      const service = cancelledWith({ fallbackOn: 'failure', fallback: 'sorry' as never });
      expect(await service.cancel()).to.include({ status: 503 });
    });

    for (const [what, error] of [
      ['a rejection', rejection()],
      ['spent quota', httpError(429, { code: 'insufficient_quota' })],
      ['a rate limit', httpError(429)],
      ['wrong configuration', Object.assign(new TypeError('bad'), { code: 'ERR_INVALID_URL' })],
      ['a bug', new RangeError('bug')],
    ] as const) {
      it(`does not answer for ${what}`, async () => {
        const service = serviceWith({ fallbackOn: 'failure', fallback: 'sorry' as never })(fail(error));
        expect(await rejectionOf(service.ask())).to.equal(error);
      });
    }
  });

  describe('shared', () => {
    it('is never blocked by methods that ask for different numbers of probes', async () => {
      const name = uniqueName();
      const careful = serviceWith({ circuit: name, probes: 3 })(fail(), fail(), succeed());
      const quick = serviceWith({ circuit: name, probes: 1 })(succeed('back'));
      await failTimes(careful, 2);
      await world.clock.advance('10s');
      await careful.ask();
      expect(circuit(name).state).to.equal('half-open');
      expect(await quick.ask()).to.equal('back');
      expect(circuit(name).state).to.equal('closed');
    });

    it('is one circuit for everyone who names it', async () => {
      const name = uniqueName();
      const failing = serviceWith({ circuit: name })(fail());
      const healthy = serviceWith({ circuit: name })(succeed());
      await failTimes(failing, 2);
      expect(await rejectionOf(healthy.ask())).to.be.instanceOf(CircuitOpenError);
      expect(healthy.upstream.calls).to.equal(0);
    });

    it('is one circuit for all instances of a class', async () => {
      const make = serviceWith({});
      await failTimes(make(fail()), 2);
      expect(await rejectionOf(make(succeed()).ask())).to.be.instanceOf(CircuitOpenError);
    });

    it('belongs to its method without a name, also where two classes have the same name', async () => {
      const [one, other] = [serviceWith({})(fail()), serviceWith({})(succeed('fine'))];
      await failTimes(one, 2);
      expect(((await rejectionOf(one.ask())) as CircuitOpenError).circuit).to.equal('Service.ask');
      expect(await other.ask()).to.equal('fine');
    });

    it('takes a name alone', async () => {
      const name = uniqueName();
      class Service {
        @CircuitProtected(name)
        async ask(): Promise<void> {
          throw unavailable();
        }
      }
      for (let i = 0; i < 5; i++) await rejectionOf(new Service().ask());
      expect(circuit(name).state).to.equal('open');
    });

    it('keeps its state when settings change', async () => {
      const name = uniqueName();
      const service = serviceWith({ circuit: name, failureThreshold: 3 })(fail());
      await failTimes(service, 2);
      configure({ settings: { circuit: { probes: 1 } } })();
      await failTimes(service, 1);
      expect(circuit(name).state).to.equal('open');
    });

    it('keeps the state of an unnamed circuit when settings change', async () => {
      const service = serviceWith({})(fail());
      await failTimes(service, 2);
      configure({ settings: { circuit: { probes: 1 } } })();
      expect(await rejectionOf(service.ask())).to.be.instanceOf(CircuitOpenError);
    });
  });

  describe('with a key', () => {
    it('is one circuit for each key', async () => {
      class Service {
        @CircuitProtected({ failureThreshold: 1, key: (model: string) => model })
        async ask(model: string): Promise<string> {
          if (model === 'bad') throw unavailable();
          return model;
        }
      }
      const service = new Service();
      await rejectionOf(service.ask('bad'));
      expect(await rejectionOf(service.ask('bad'))).to.be.instanceOf(CircuitOpenError);
      expect(await service.ask('good')).to.equal('good');
    });

    it('shares keyed circuits by name, and never tells the key', async () => {
      const name = uniqueName();
      class Service {
        @CircuitProtected({ circuit: name, failureThreshold: 1, key: (tenant: string) => tenant })
        async ask(_tenant: string): Promise<void> {
          throw unavailable();
        }
      }
      await rejectionOf(new Service().ask('secret-tenant'));
      expect(await rejectionOf(new Service().ask('secret-tenant'))).to.have.property('circuit', name);
      expect(circuit(`${name}[secret-tenant]`).state).to.equal('open');
      expect(JSON.stringify(world.events)).not.to.contain('secret-tenant');
    });

    it('forgets circuits whose recovery is over, so that keys that fail once do not pile up', async () => {
      const name = uniqueName();
      class Service {
        @CircuitProtected({
          circuit: name,
          failureThreshold: 1,
          maxKeys: 10,
          recoveryTimeout: '1s',
          key: (key: string) => key,
        })
        async ask(_key: string): Promise<void> {
          throw unavailable();
        }
      }
      const service = new Service();
      const known = (): number => circuits().filter((handle) => handle.name.startsWith(name)).length;
      for (let i = 0; i < 100; i++) await rejectionOf(service.ask(`early ${i}`));
      expect(known()).to.equal(20);
      await world.clock.advance('1h');
      for (let i = 0; i < 5; i++) await rejectionOf(service.ask(`late ${i}`));
      expect(known()).to.be.at.most(10);
      expect(circuit(`${name}[late 4]`).state).to.equal('open');
    });

    it('refreshes a key with every use', async () => {
      const name = uniqueName();
      const ask = CircuitProtected({ circuit: name, maxKeys: 2, key: (key: string) => key })(
        async (key: string) => key,
      );
      for (const key of ['a', 'b', 'a', 'c']) await ask(key);
      expect(
        circuits()
          .map((handle) => handle.name)
          .filter((known) => known.startsWith(name)),
      ).to.have.members([`${name}[a]`, `${name}[c]`]);
    });

    it('forgets the least recently used key beyond maxKeys, unless it is open', async () => {
      class Service {
        @CircuitProtected({ failureThreshold: 2, maxKeys: 2, key: (model: string) => model })
        async ask(model: string, error?: unknown): Promise<string> {
          if (error) throw error;
          return model;
        }
      }
      const service = new Service();
      const failing = (model: string) => rejectionOf(service.ask(model, unavailable()));
      await failing('a');
      await failing('b');
      await service.ask('c');
      await failing('a');
      expect(await service.ask('a')).to.equal('a');
      await failing('d');
      await failing('d');
      for (const other of ['e', 'f', 'g']) await service.ask(other);
      expect(await failing('d')).to.be.instanceOf(CircuitOpenError);
    });

    for (const [what, key, said] of [
      ['throws', () => JSON.parse('{'), 'the function threw'],
      ['returns no string', () => 5, 'got number'],
    ] as const) {
      it(`fails the call with a clear error and touches no circuit when it ${what}`, async () => {
        class Service {
          calls = 0;
          @CircuitProtected({ key: key as () => string, fallback: 'sorry' })
          async ask(): Promise<string> {
            this.calls += 1;
            return 'answer';
          }
        }
        const service = new Service();
        const error = (await rejectionOf(service.ask())) as Error;
        expect(error.name).to.equal('ConfigurationError');
        expect(error.message).to.contain('Service.ask').and.to.contain('key').and.to.contain(said);
        expect(service.calls).to.equal(0);
      });
    }
  });
});
