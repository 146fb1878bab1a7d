import { expect } from 'chai';
import { CircuitProtected, circuit, RetryOnTransient, TimeLimited } from '#lib/index.js';
import {
  deferred,
  fail,
  httpError,
  rejection,
  rejectionOf,
  succeed,
  uniqueName,
  Upstream,
  unavailable,
  watch,
} from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const thrower = (): never => {
  throw new RangeError('a bug');
};

describe('@RetryOnTransient', () => {
  const world = virtualTime();

  class Service {
    constructor(readonly upstream: Upstream) {}

    @RetryOnTransient()
    async ask(question: string): Promise<unknown> {
      return this.upstream.ask(question);
    }

    @RetryOnTransient({ jitter: 'none', maxAttempts: 7 })
    async askEvenly(): Promise<unknown> {
      return this.upstream.ask();
    }

    @RetryOnTransient({ maxAttempts: 2, minWait: '100ms', maxWait: '5s', jitter: 'none' })
    async askTwice(): Promise<unknown> {
      return this.upstream.ask();
    }

    @RetryOnTransient({ jitter: 'none' })
    async askWith(_question: string, options: { signal?: AbortSignal }): Promise<unknown> {
      return this.upstream.ask(options);
    }

    @RetryOnTransient({ signal: (_question: string, stop: { on: AbortSignal }) => stop.on, jitter: 'none' })
    async askUntil(_question: string, _stop: { on: AbortSignal }): Promise<unknown> {
      return this.upstream.ask();
    }

    @RetryOnTransient({
      retryOn: (failure, error) => failure.status === 418 && (error as Error).message !== 'no',
      jitter: 'none',
    })
    async brew(): Promise<unknown> {
      return this.upstream.ask();
    }

    @RetryOnTransient({ retryOnResult: (value) => value === 'pending', jitter: 'none' })
    async poll(): Promise<unknown> {
      return this.upstream.ask();
    }

    @RetryOnTransient({
      backoff: (retry, random) => retry * 10 + random(),
      maxWait: '25ms',
      minWait: '0ms',
      maxAttempts: 4,
    })
    async backOff(): Promise<unknown> {
      return this.upstream.ask();
    }

    @RetryOnTransient({ backoff: () => Number.NaN })
    async backOffBadly(): Promise<unknown> {
      return this.upstream.ask();
    }
  }

  it('hands the value of a call that succeeds at once on, without a wait or an event', async () => {
    const service = new Service(new Upstream(succeed('yes')));
    expect(await service.ask('?')).to.equal('yes');
    expect(service.upstream.calls).to.equal(1);
    expect(world.events).to.have.lengthOf(0);
    expect(world.clock.timers).to.equal(0);
  });

  it('retries a transient failure and hands the later success on', async () => {
    const service = new Service(new Upstream(fail(), fail(httpError(408)), succeed('at last')));
    const asked = service.ask('?');
    await world.clock.advance('20s');
    expect(await asked).to.equal('at last');
    expect(service.upstream.calls).to.equal(3);
  });

  it('counts the first call among maxAttempts and rethrows the last error itself', async () => {
    const last = unavailable();
    const service = new Service(new Upstream(fail(), fail(), fail(last)));
    const asked = rejectionOf(service.ask('?'));
    await world.clock.advance('20s');
    expect(await asked).to.equal(last);
    expect(service.upstream.calls).to.equal(3);
  });

  it('waits 1, 2, 4, 8, 10, 10 s without jitter', async () => {
    const service = new Service(new Upstream(fail()));
    const asked = rejectionOf(service.askEvenly());
    await world.clock.advance('60s');
    await asked;
    expect(world.heard('retry_scheduled').map(({ waitMs }) => waitMs)).to.deep.equal([
      1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
  });

  it('waits exactly as long as it says', async () => {
    const service = new Service(new Upstream(fail(), succeed()));
    const asked = service.askTwice();
    await world.clock.advance('99ms');
    expect(service.upstream.calls).to.equal(1);
    await world.clock.advance('1ms');
    expect(service.upstream.calls).to.equal(2);
    await asked;
  });

  it('draws the wait from minWait to the doubled bound with full jitter', async () => {
    world.chance = [0.5, 0.5];
    const service = new Service(new Upstream(fail()));
    const asked = rejectionOf(service.ask('?'));
    await world.clock.advance('60s');
    await asked;
    expect(world.heard('retry_scheduled').map(({ waitMs }) => waitMs)).to.deep.equal([1500, 2500]);
  });

  for (const [what, error] of [
    ['a rejection', rejection()],
    ['a rate limit', httpError(429)],
    ['spent quota', httpError(429, { code: 'insufficient_quota' })],
    ['a bug', new TypeError('x is not a function')],
    ['an answer that is malformed', new SyntaxError('Unexpected token')],
    ['a thrown string', 'no'],
    ['a thrown undefined', undefined],
  ] as const) {
    it(`passes ${what} through at once, as it is`, async () => {
      const service = new Service(new Upstream({ error }));
      expect(await rejectionOf(service.ask('?'))).to.equal(error);
      expect(service.upstream.calls).to.equal(1);
      expect(world.events).to.have.lengthOf(0);
    });
  }

  it('stops retrying when a later failure is not transient', async () => {
    const service = new Service(new Upstream(fail(), fail(rejection())));
    const asked = rejectionOf(service.ask('?'));
    await world.clock.advance('20s');
    expect(((await asked) as { status: number }).status).to.equal(400);
    expect(service.upstream.calls).to.equal(2);
  });

  it('keeps concurrent calls apart', async () => {
    const first = new Service(new Upstream(fail(), succeed('first')));
    const second = new Service(new Upstream(succeed('second')));
    const asked = first.ask('?');
    expect(await second.ask('?')).to.equal('second');
    await world.clock.advance('5s');
    expect(await asked).to.equal('first');
  });

  it('repeats the call with the same this and arguments', async () => {
    const seen: unknown[] = [];
    class Recorder {
      @RetryOnTransient()
      async note(...args: unknown[]): Promise<void> {
        seen.push(this, ...args);
        if (seen.length < 6) throw unavailable();
      }
    }
    const recorder = new Recorder();
    const noted = recorder.note('a', 2);
    await world.clock.advance('5s');
    await noted;
    expect(seen).to.deep.equal([recorder, 'a', 2, recorder, 'a', 2]);
  });

  it('tells each retry and why it gave up', async () => {
    const service = new Service(new Upstream(fail(httpError(503, { requestID: 'req_0123456789abcdef' }))));
    const asked = rejectionOf(service.askTwice());
    await world.clock.advance('1s');
    await asked;
    const facts = { method: 'Service.askTwice', maxAttempts: 2, kind: 'server', errorName: 'Error', status: 503 };
    expect(world.events).to.deep.equal([
      { type: 'retry_scheduled', ...facts, requestId: 'req_0123456789abcdef', attempt: 1, elapsedMs: 0, waitMs: 100 },
      {
        type: 'retry_gave_up',
        ...facts,
        requestId: 'req_0123456789abcdef',
        attempt: 2,
        elapsedMs: 100,
        reason: 'attempts',
      },
    ]);
  });

  describe('with a hint of the upstream', () => {
    const hinted = (headers: Record<string, string>) => httpError(503, { headers });

    it('waits at least as long as Retry-After says', async () => {
      const service = new Service(new Upstream(fail(hinted({ 'retry-after': '4' })), succeed()));
      const asked = service.askTwice();
      await world.clock.advance('3999ms');
      expect(service.upstream.calls).to.equal(1);
      await world.clock.advance('1ms');
      expect(service.upstream.calls).to.equal(2);
      await asked;
    });

    it('spreads the return by up to a tenth of the hint', async () => {
      world.chance = [0.5];
      const service = new Service(new Upstream(fail(hinted({ 'retry-after-ms': '2000' })), succeed()));
      const asked = service.askTwice();
      await world.clock.advance('10s');
      await asked;
      expect(world.heard('retry_scheduled')[0]?.waitMs).to.equal(2100);
    });

    it('never waits beyond maxWait for the spread', async () => {
      world.chance = [0.99];
      const service = new Service(new Upstream(fail(hinted({ 'retry-after': '5' })), succeed()));
      const asked = service.askTwice();
      await world.clock.advance('10s');
      await asked;
      expect(world.heard('retry_scheduled')[0]?.waitMs).to.equal(5000);
    });

    it('keeps its own wait when that is longer', async () => {
      const service = new Service(new Upstream(fail(hinted({ 'retry-after': '0' })), succeed()));
      const asked = service.askTwice();
      await world.clock.advance('10s');
      await asked;
      expect(world.heard('retry_scheduled')[0]?.waitMs).to.equal(100);
    });

    it('stops at once with the original error when the hint is longer than maxWait', async () => {
      const error = hinted({ 'retry-after': '6' });
      const service = new Service(new Upstream({ error }));
      expect(await rejectionOf(service.askTwice())).to.equal(error);
      expect(service.upstream.calls).to.equal(1);
      expect(world.heard('retry_gave_up')[0]).to.include({ reason: 'retry-after', retryAfterMs: 6000, attempt: 1 });
    });
  });

  describe('when the caller aborts', () => {
    it('ends the wait at once with the reason and leaves no timer and no listener behind', async () => {
      const controller = new AbortController();
      let listeners = 0;
      const { signal } = controller;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = ((...args: Parameters<typeof add>) => ((listeners += 1), add(...args))) as typeof add;
      signal.removeEventListener = ((...args: Parameters<typeof remove>) => (
        (listeners -= 1), remove(...args)
      )) as typeof remove;
      const service = new Service(new Upstream(fail()));
      const asked = watch(service.askWith('?', { signal }));
      await world.clock.advance('500ms');
      expect(world.clock.timers).to.equal(1);
      expect(listeners).to.equal(1);
      const reason = new Error('the caller has gone');
      controller.abort(reason);
      await world.clock.advance('0ms');
      expect(asked.settled).to.deep.equal({ done: true, error: reason });
      expect(service.upstream.calls).to.equal(1);
      expect(world.clock.timers).to.equal(0);
      expect(listeners).to.equal(0);
      // Of the failure before the wait it says nothing: the caller's abort is why it stopped.
      expect(world.heard('retry_gave_up')[0]).to.include({ reason: 'aborted', kind: 'cancelled' });
      expect(world.heard('retry_gave_up')[0]).not.to.have.property('status');
    });

    it('leaves no listener behind when the wait ends by itself', async () => {
      const { signal } = new AbortController();
      let removed = 0;
      const remove = signal.removeEventListener.bind(signal);
      signal.removeEventListener = ((...args: Parameters<typeof remove>) => (
        (removed += 1), remove(...args)
      )) as typeof remove;
      const service = new Service(new Upstream(fail(), succeed()));
      const asked = service.askWith('?', { signal });
      await world.clock.advance('5s');
      await asked;
      expect(removed).to.equal(1);
    });

    it('does not retry a failure that came after the abort', async () => {
      const controller = new AbortController();
      const pending = deferred();
      class Slow {
        @RetryOnTransient()
        async ask(_signal: AbortSignal): Promise<unknown> {
          return pending.promise;
        }
      }
      const asked = rejectionOf(new Slow().ask(controller.signal));
      controller.abort('enough');
      pending.reject(unavailable());
      expect(await asked).to.equal('enough');
    });

    it("rethrows the caller's reason, not what the abort made of the attempt", async () => {
      const controller = new AbortController();
      const reason = new Error('the caller has gone');
      class Client {
        @RetryOnTransient()
        async ask(signal: AbortSignal): Promise<unknown> {
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () =>
              reject(new DOMException('This operation was aborted', 'AbortError')),
            );
          });
        }
      }
      const asked = rejectionOf(new Client().ask(controller.signal));
      controller.abort(reason);
      expect(await asked).to.equal(reason);
      expect(world.events).to.have.lengthOf(1);
      expect(world.heard('retry_gave_up')[0]).to.include({ reason: 'aborted', kind: 'cancelled', attempt: 1 });
    });

    it('hands on what an attempt has brought, although its caller has gone meanwhile', async () => {
      const controller = new AbortController();
      const service = new Service(
        new Upstream(fail(), {
          get answer() {
            controller.abort('enough');
            return 'answer';
          },
        }),
      );
      const asked = watch(service.askWith('?', { signal: controller.signal }));
      await world.clock.advance('1s');
      expect(asked.settled).to.deep.equal({ done: true, value: 'answer' });
      expect(controller.signal.aborted).to.equal(true);
    });

    it('hears of it from the time limit around it, where it does not know the signal itself', async () => {
      const controller = new AbortController();
      const upstream = new Upstream(fail());
      class Service {
        @TimeLimited('1m')
        @RetryOnTransient({ signal: () => undefined })
        async ask(_signal: AbortSignal): Promise<unknown> {
          return upstream.ask();
        }
      }
      const asked = rejectionOf(new Service().ask(controller.signal));
      await world.clock.advance('1ms');
      controller.abort('enough');
      expect(await asked).to.equal('enough');
      await world.clock.advance('1m');
      expect(world.heard('retry_gave_up').map(({ reason }) => reason)).to.deep.equal(['aborted']);
      expect(upstream.calls).to.equal(1);
    });

    it('finds the signal where the option says', async () => {
      const controller = new AbortController();
      const service = new Service(new Upstream(fail()));
      const asked = watch(service.askUntil('?', { on: controller.signal }));
      await world.clock.advance('500ms');
      controller.abort('stop');
      await world.clock.advance('0ms');
      expect(asked.settled).to.deep.equal({ done: true, error: 'stop' });
    });

    it('never retries a cancelled call, whatever retryOn says', async () => {
      class Eager {
        calls = 0;
        @RetryOnTransient({ retryOn: () => true })
        async ask(caller: AbortController, _signal: AbortSignal): Promise<void> {
          this.calls += 1;
          caller.abort('gone');
          throw unavailable();
        }
      }
      const eager = new Eager();
      const caller = new AbortController();
      expect(await rejectionOf(eager.ask(caller, caller.signal))).to.equal('gone');
      expect(eager.calls).to.equal(1);
      expect(world.heard('retry_gave_up')[0]).to.include({ kind: 'cancelled', reason: 'aborted' });
    });

    it('makes no attempt for a caller who has aborted before', async () => {
      const service = new Service(new Upstream(succeed()));
      expect(await rejectionOf(service.askUntil('?', { on: AbortSignal.abort('before') }))).to.equal('before');
      expect(service.upstream.calls).to.equal(0);
    });

    it('takes an abort of the method itself, which no caller asked for, for a timeout, and retries it', async () => {
      const service = new Service(new Upstream(fail(new DOMException('gone', 'AbortError')), succeed('answer')));
      const asked = service.ask('?');
      await world.clock.advance('2s');
      expect(await asked).to.equal('answer');
      expect(world.heard('retry_scheduled')[0]).to.include({ kind: 'timeout' });
    });
  });

  it('retries what retryOn says, and nothing else', async () => {
    const teapot = new Service(new Upstream(fail(httpError(418)), succeed('tea')));
    const brewed = teapot.brew();
    await world.clock.advance('1s');
    expect(await brewed).to.equal('tea');
    const broken = new Service(new Upstream(fail()));
    await rejectionOf(broken.brew());
    expect(broken.upstream.calls).to.equal(1);
  });

  it('retries on a result that is not wanted, and returns it when attempts are spent', async () => {
    const slow = new Service(new Upstream(succeed('pending'), succeed('ready')));
    const polled = slow.poll();
    await world.clock.advance('1s');
    expect(await polled).to.equal('ready');
    const stuck = new Service(new Upstream(succeed('pending')));
    const again = stuck.poll();
    await world.clock.advance('10s');
    expect(await again).to.equal('pending');
    expect(stuck.upstream.calls).to.equal(3);
    expect(world.heard('retry_gave_up')).to.have.lengthOf(1);
  });

  it('asks once about each value that it is to judge, and hands it on', async () => {
    const judged: unknown[] = [];
    const ask = RetryOnTransient({ retryOnResult: (value) => judged.push(value) === 0 })(async () => 'answer');
    expect(await ask()).to.equal('answer');
    expect(judged).to.deep.equal(['answer']);
  });

  it('waits as its own backoff says, at most maxWait', async () => {
    world.chance = [0.5, 0.25, 0.75];
    const service = new Service(new Upstream(fail()));
    const asked = rejectionOf(service.backOff());
    await world.clock.advance('10ms');
    expect(service.upstream.calls).to.equal(1);
    await world.clock.advance('1s');
    await asked;
    expect(world.heard('retry_scheduled').map(({ waitMs }) => waitMs)).to.deep.equal([11, 20, 25]);
  });

  it('asks a backoff for no wait that will never be', async () => {
    const asked: number[] = [];
    const upstream = new Upstream(fail());
    const ask = RetryOnTransient({ maxAttempts: 3, backoff: (retry) => asked.push(retry) })(upstream.ask);
    const failed = rejectionOf(ask());
    await world.clock.advance('1s');
    expect(await failed).to.have.property('status', 503);
    expect(asked).to.deep.equal([1, 2]);
  });

  it('is not thrown off by an argument that throws when it is looked at', async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const upstream = new Upstream(fail(), succeed('yes'));
    const asked = RetryOnTransient()(upstream.ask)(proxy);
    await world.clock.advance('5s');
    expect(await asked).to.equal('yes');
  });

  for (const [what, options] of [
    ['retryOn', { retryOn: thrower }],
    ['backoff', { backoff: thrower }],
  ] as const)
    it(`fails with what ${what} throws, and the circuit counts what the upstream did`, async () => {
      const failure = unavailable();
      const name = uniqueName();
      const ask = CircuitProtected({ circuit: name })(
        RetryOnTransient(options)(async () => {
          throw failure;
        }),
      );
      const thrown = (await rejectionOf(ask())) as Error;
      expect(thrown).to.be.instanceOf(RangeError).with.property('cause', failure);
      expect(circuit(name).snapshot().failures).to.equal(1);
      expect(world.heard('failure_unknown')).to.deep.equal([]);
      const answered = CircuitProtected({ circuit: name, fallback: 'instead', fallbackOn: 'failure' })(
        RetryOnTransient(options)(async (): Promise<string> => {
          throw failure;
        }),
      );
      expect(await answered()).to.equal('instead');
    });

  it('makes no circle of causes when retryOn throws a cause of the error that it was given', async () => {
    const inner = new Error('inner');
    const outer = Object.assign(new Error('outer', { cause: inner }), { status: 503 });
    const ask = RetryOnTransient({
      retryOn: (_failure, error) => {
        throw (error as Error).cause;
      },
    })(async () => {
      throw outer;
    });
    expect(await rejectionOf(ask())).to.equal(inner);
    expect(inner).not.to.have.property('cause');
  });

  for (const [what, options] of [
    ['failureOn', { failureOn: thrower }],
    ['fallbackOn', { fallback: 'instead', fallbackOn: thrower }],
  ] as const)
    it(`loses no error of the upstream when ${what} throws`, async () => {
      const failure = unavailable();
      const ask = CircuitProtected({ circuit: uniqueName(), ...options })(async (): Promise<string> => {
        throw failure;
      });
      expect(await rejectionOf(ask()))
        .to.be.instanceOf(RangeError)
        .with.property('cause', failure);
    });

  it('says what is wrong with a backoff that gives no time', async () => {
    const service = new Service(new Upstream(fail()));
    const error = (await rejectionOf(service.backOffBadly())) as Error;
    expect(error.name).to.equal('ConfigurationError');
    expect(error.message).to.contain('backoff').and.to.contain('NaN');
  });
});
