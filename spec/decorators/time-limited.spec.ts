import { expect } from 'chai';
import {
  CircuitProtected,
  ConfigurationError,
  circuit,
  configure,
  currentSignal,
  DecorationError,
  type Duration,
  describe as describeStack,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
  TimeLimitError,
} from '#lib/index.js';
import { deferred, httpError, rejectionOf, turn, uniqueName, unavailable, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

/** Never answers, and heeds no signal. */
const hang = (): Promise<never> => new Promise(() => undefined);

describe('@TimeLimited', () => {
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
  });

  /** Nothing waits any more: no timer, no listener. */
  const expectNothingLeft = (): void => void expect(world.clock.timers).to.equal(0);

  it('says in its error what took too long', async () => {
    const failed: unknown[] = [];
    const asked: Promise<unknown>[] = [
      TimeLimited('1s')(hang)(),
      TimeLimited('1s')(RetryOnTransient()(hang))(),
      RetryOnTransient({ maxAttempts: 1 })(TimeLimited('1s')(hang))(),
      TimeLimited({ firstChunk: '1s' })(async function* () {
        yield await hang();
      })().next(),
    ];
    const stream = TimeLimited({ betweenChunks: '1s' })(async function* () {
      yield 1;
      yield await hang();
    })();
    await stream.next();
    asked.push(stream.next());
    const ended = Promise.all(asked.map((promise) => promise.catch((error: unknown) => failed.push(error))));
    await world.clock.advance('2s');
    await ended;
    const said = failed.map((error) => `${(error as TimeLimitError).reason}: ${(error as Error).message}`);
    expect(said).to.have.members([
      'call: The call took longer than its limit of 1000 ms.',
      'call: The call took longer than its limit of 1000 ms.',
      'attempt: The attempt took longer than its limit of 1000 ms.',
      'first-chunk: The wait for the first chunk took longer than its limit of 1000 ms.',
      'between-chunks: The wait for the next chunk took longer than its limit of 1000 ms.',
    ]);
  });

  describe('above the retry', () => {
    const name = uniqueName();
    let calls = 0;
    let respond: () => Promise<unknown> = hang;
    beforeEach(() => {
      calls = 0;
      respond = hang;
      circuit(name).reset();
    });

    class Service {
      @TimeLimited('20s')
      @CircuitProtected({ circuit: name, failureThreshold: 2, recoveryTimeout: '10s' })
      @RetryOnTransient({ jitter: 'none', minWait: '8s', maxWait: '60s', maxAttempts: 9 })
      async ask(_options?: { signal?: AbortSignal }): Promise<unknown> {
        calls += 1;
        return respond();
      }
    }

    it('hands a value on and leaves nothing behind', async () => {
      respond = async () => 'yes';
      expect(await new Service().ask()).to.equal('yes');
      expectNothingLeft();
      expect(world.events).to.have.lengthOf(0);
    });

    it('ends the call with an error of its own, and the circuit counts a failure at once', async () => {
      const asked = rejectionOf(new Service().ask());
      await world.clock.advance('20s');
      const error = await asked;
      expect(error).to.be.instanceOf(TimeLimitError).and.to.have.property('limitMs', 20_000);
      expect(circuit(name).snapshot().failures).to.equal(1);
      expect(calls).to.equal(1);
      expect(world.heard('time_limited')).to.have.lengthOf(1);
      expect(world.heard('time_limited')[0]).to.include({ reason: 'call', elapsedMs: 20_000, circuit: name });
      expect(world.heard('retry_gave_up')[0]).to.include({ reason: 'deadline', kind: 'timeout' });
      expectNothingLeft();
    });

    it('gives the lease of a probe back though the method hangs on', async () => {
      for (let i = 0; i < 2; i++) {
        const asked = rejectionOf(new Service().ask());
        await world.clock.advance('20s');
        await asked;
      }
      expect(circuit(name).state).to.equal('open');
      await world.clock.advance('10s');
      const probe = rejectionOf(new Service().ask());
      await world.clock.advance('20s');
      expect(await probe).to.be.instanceOf(TimeLimitError);
    });

    it('begins no wait that does not fit', async () => {
      respond = () => Promise.reject(unavailable());
      const asked = rejectionOf(new Service().ask());
      await world.clock.advance('8s');
      expect(await asked).to.have.property('status', 503);
      expect(calls).to.equal(2);
      expect(world.heard('retry_gave_up')[0]).to.include({ reason: 'deadline', attempt: 2 });
      expectNothingLeft();
    });

    it('stops when the upstream asks for more time than is left', async () => {
      respond = () => Promise.reject(httpError(503, { headers: { 'retry-after': '30' } }));
      expect(await rejectionOf(new Service().ask())).to.have.property('status', 503);
      expect(world.heard('retry_gave_up')[0]).to.include({ reason: 'retry-after' });
    });

    it("ends at once with the caller's reason, which the circuit ignores", async () => {
      const controller = new AbortController();
      const reason = new Error('gone');
      const asked = rejectionOf(new Service().ask(controller));
      await turn();
      controller.abort(reason);
      expect(await asked).to.equal(reason);
      expect(circuit(name).snapshot().failures).to.equal(0);
      expect(world.heard('retry_gave_up')[0]).to.include({ reason: 'aborted' });
      expectNothingLeft();
    });

    it("ends in the middle of a wait with the caller's reason", async () => {
      respond = () => Promise.reject(unavailable());
      const controller = new AbortController();
      const asked = rejectionOf(new Service().ask(controller));
      await world.clock.advance('1s');
      controller.abort('gone');
      expect(await asked).to.equal('gone');
      expect(calls).to.equal(1);
      expectNothingLeft();
    });

    it('makes no call for a caller who has gone already', async () => {
      expect(await rejectionOf(new Service().ask({ signal: AbortSignal.abort('gone') }))).to.equal('gone');
      expect(calls).to.equal(0);
      expectNothingLeft();
    });

    it('ignores the later outcome of the abandoned method', async () => {
      const late = deferred();
      respond = () => late.promise;
      const asked = rejectionOf(new Service().ask());
      await world.clock.advance('20s');
      await asked;
      late.reject(unavailable());
      await turn();
      expect(circuit(name).snapshot().failures).to.equal(1);
      expect(calls).to.equal(1);
    });

    it('does not let a fallback answer for which nobody waits', async () => {
      let answers = 0;
      class Patient {
        @TimeLimited('1s')
        @CircuitProtected({ fallbackOn: 'failure', fallback: () => `${++answers}` })
        async ask(): Promise<string> {
          return hang();
        }
      }
      const asked = rejectionOf(new Patient().ask());
      await world.clock.advance('1s');
      expect(await asked).to.be.instanceOf(TimeLimitError);
      expect(answers).to.equal(0);
    });

    it('does not wait for a fallback that hangs', async () => {
      const own = uniqueName();
      class Patient {
        @TimeLimited('1s')
        @CircuitProtected({ circuit: own, fallback: hang })
        async ask(): Promise<string> {
          return 'x';
        }
      }
      circuit(own).isolate();
      const asked = rejectionOf(new Patient().ask());
      await world.clock.advance('1s');
      await turn();
      expect(await asked).to.be.instanceOf(TimeLimitError);
    });
  });

  describe('below the retry', () => {
    it('ends each attempt, which is then retried, and aborts its signal', async () => {
      const signals: (AbortSignal | undefined)[] = [];
      class Service {
        @RetryOnTransient({ jitter: 'none' })
        @TimeLimited('5s')
        async ask(): Promise<string> {
          signals.push(currentSignal());
          return signals.length < 3 ? hang() : 'at last';
        }
      }
      const asked = new Service().ask();
      await world.clock.advance('13s');
      expect(await asked).to.equal('at last');
      expect(signals.map((signal) => signal?.aborted)).to.deep.equal([true, true, false]);
      expect(signals[0]?.reason).to.be.instanceOf(TimeLimitError);
      expect(new Set(signals).size).to.equal(3);
      expect(world.heard('time_limited').map(({ reason }) => reason)).to.deep.equal(['attempt', 'attempt']);
      expect(world.heard('retry_scheduled')[0]).to.include({ kind: 'timeout', errorName: 'TimeLimitError' });
      expectNothingLeft();
    });

    it('is not mistaken for the error of a method that heeds its signal', async () => {
      class Service {
        @RetryOnTransient({ maxAttempts: 1 })
        @TimeLimited('5s')
        async ask(): Promise<never> {
          const signal = currentSignal() as AbortSignal;
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(new DOMException('x', 'AbortError')));
          });
        }
      }
      const asked = rejectionOf(new Service().ask());
      await world.clock.advance('5s');
      expect(await asked).to.be.instanceOf(TimeLimitError);
    });

    it('stands together with a limit of the whole call, which aborts the attempt too', async () => {
      const reasons: number[] = [];
      class Service {
        @TimeLimited('12s')
        @RetryOnTransient({ jitter: 'none' })
        @TimeLimited('8s')
        async ask(): Promise<string> {
          const signal = currentSignal() as AbortSignal;
          signal.addEventListener('abort', () => reasons.push((signal.reason as TimeLimitError).limitMs));
          return hang();
        }
      }
      const asked = rejectionOf(new Service().ask());
      await world.clock.advance('12s');
      expect(await asked).to.have.property('limitMs', 12_000);
      expect(reasons).to.deep.equal([8000, 12_000]);
      expectNothingLeft();
    });

    it("keeps the caller's reason, found where the option says", async () => {
      class Service {
        @CircuitProtected({ failureThreshold: 1 })
        @TimeLimited({ limit: '5s', signal: (_question: string, stop: { on: AbortSignal }) => stop.on })
        async ask(_question: string, _stop: { on: AbortSignal }): Promise<unknown> {
          const signal = currentSignal() as AbortSignal;
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
        }
      }
      const controller = new AbortController();
      const asked = rejectionOf(new Service().ask('?', { on: controller.signal }));
      await turn();
      const reason = new Error('gone');
      controller.abort(reason);
      expect(await asked).to.equal(reason);
      expectNothingLeft();
    });

    it('fails the call when the function that finds the signal throws', async () => {
      const error = new Error('no signal');
      const ask = TimeLimited({
        limit: '5s',
        signal: () => {
          throw error;
        },
      })(async () => 'x');
      expect(await rejectionOf(ask())).to.equal(error);
    });
  });

  describe('currentSignal', () => {
    it('is undefined outside, and where nothing limits the time', async () => {
      expect(currentSignal()).to.equal(undefined);
      expect(await RetryOnTransient()(async () => currentSignal())()).to.equal(undefined);
    });

    it('is one and the same throughout an attempt, also behind awaits', async () => {
      const ask = TimeLimited('5s')(async () => {
        const first = currentSignal();
        await turn();
        return first !== undefined && currentSignal() === first;
      });
      expect(await ask()).to.equal(true);
    });

    it('is undefined for whoever asks when the call is over', async () => {
      const late = deferred<AbortSignal | undefined>();
      const go = deferred<void>();
      const ask = TimeLimited('5s')(async () => {
        await go.promise;
        late.resolve(currentSignal());
      });
      const asked = rejectionOf(ask());
      await world.clock.advance('5s');
      await asked;
      go.resolve();
      expect(await late.promise).to.equal(undefined);
    });

    it('is undefined while resilience is switched off', async () => {
      const restore = configure({ settings: { resilience: { enabled: false } } });
      expect(await TimeLimited('5s')(async () => currentSignal())()).to.equal(undefined);
      restore();
    });
  });

  describe('on a stream', () => {
    let closed = 0;
    beforeEach(() => {
      closed = 0;
    });

    /** Yields its chunks, each after a while. */
    async function* source(...waits: number[]): AsyncGenerator<number> {
      try {
        for (const [i, ms] of waits.entries()) {
          const { promise, resolve } = deferred<void>();
          world.clock.setTimer(() => resolve(), ms);
          await promise;
          yield i;
        }
      } finally {
        closed += 1;
      }
    }

    async function collect(stream: AsyncGenerator<number>, chunks: number[] = []): Promise<number[]> {
      for await (const chunk of stream) chunks.push(chunk);
      return chunks;
    }

    it('limits the wait for the first chunk, which is retried', async () => {
      let attempts = 0;
      class Service {
        @RetryOnTransient({ jitter: 'none' })
        @TimeLimited({ firstChunk: '2s' })
        async *read(): AsyncGenerator<number> {
          attempts += 1;
          yield* source(attempts === 1 ? 9000 : 1000);
        }
      }
      const collected = collect(new Service().read());
      await world.clock.advance('10s');
      expect(await collected).to.deep.equal([0]);
      expect(attempts).to.equal(2);
      expect(world.heard('time_limited')[0]).to.include({ reason: 'first-chunk', elapsedMs: 2000 });
      expectNothingLeft();
    });

    it('limits the wait between chunks, and each chunk begins it anew', async () => {
      class Service {
        @TimeLimited({ firstChunk: '2s', betweenChunks: '3s' })
        async *read(): AsyncGenerator<number> {
          yield* source(1000, 2900, 2900, 3100);
        }
      }
      const chunks: number[] = [];
      const collected = rejectionOf(collect(new Service().read(), chunks));
      await world.clock.advance('20s');
      expect(await collected)
        .to.be.instanceOf(TimeLimitError)
        .and.to.have.property('limitMs', 3000);
      expect(chunks).to.deep.equal([0, 1, 2]);
      expect(world.heard('time_limited')[0]).to.include({ reason: 'between-chunks' });
      expect(closed).to.equal(1);
      expectNothingLeft();
    });

    it('does not count the time for which the consumer does not read', async () => {
      class Service {
        @TimeLimited({ betweenChunks: '1s' })
        async *read(): AsyncGenerator<number> {
          yield* source(10, 10, 10);
        }
      }
      const stream = new Service().read();
      const chunks: unknown[] = [];
      for (let i = 0; i < 4; i++) {
        const read = stream.next();
        await world.clock.advance('50ms');
        chunks.push((await read).value);
        expectNothingLeft();
        await world.clock.advance('1h');
      }
      expect(chunks).to.deep.equal([0, 1, 2, undefined]);
    });

    it('ends with the limit of the whole, also while nobody reads, and tells the circuit then', async () => {
      const name = uniqueName();
      class Service {
        @TimeLimited('5s')
        @CircuitProtected(name)
        async *read(): AsyncGenerator<number> {
          yield* source(10, 10);
        }
      }
      const stream = new Service().read();
      const first = stream.next();
      await world.clock.advance('10ms');
      expect(await first).to.include({ value: 0 });
      await world.clock.advance('5s');
      expect(circuit(name).snapshot().failures).to.equal(1);
      expect(closed).to.equal(1);
      expect(await rejectionOf(stream.next())).to.be.instanceOf(TimeLimitError);
      expect(await stream.next()).to.deep.equal({ value: undefined, done: true });
      expectNothingLeft();
    });

    it('ends with the limit of the whole while a chunk is waited for', async () => {
      const name = uniqueName();
      class Service {
        @TimeLimited('5s')
        @CircuitProtected(name)
        @RetryOnTransient()
        async *read(): AsyncGenerator<number> {
          await hang();
          yield 1;
        }
      }
      const read = rejectionOf(new Service().read().next());
      await world.clock.advance('5s');
      await turn();
      expect(await read).to.be.instanceOf(TimeLimitError);
      expect(circuit(name).snapshot().failures).to.equal(1);
      expectNothingLeft();
    });

    it('holds nothing when it is never read, left early, or thrown into', async () => {
      const controller = new AbortController();
      let listeners = 0;
      const { signal } = controller;
      const { addEventListener, removeEventListener } = signal;
      signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
        listeners += 1;
        addEventListener.apply(signal, args);
      };
      signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
        listeners -= 1;
        removeEventListener.apply(signal, args);
      };
      class Service {
        @TimeLimited('50s')
        @RetryOnTransient()
        @TimeLimited({ limit: '20s', betweenChunks: '1s' })
        async *read(_signal: AbortSignal): AsyncGenerator<number> {
          try {
            yield 1;
            yield 2;
          } finally {
            closed += 1;
          }
        }
      }
      new Service().read(signal);
      await turn();
      expect(listeners).to.equal(0);
      expectNothingLeft();
      for await (const _ of new Service().read(signal)) {
        // One for all limits.
        expect(listeners).to.equal(1);
        break;
      }
      const stream = new Service().read(signal);
      await stream.next();
      const error = new Error('from outside');
      expect(await rejectionOf(stream.throw(error))).to.equal(error);
      expect(closed).to.equal(2);
      expect(listeners).to.equal(0);
      expectNothingLeft();
    });

    it('hands on what is sent, what the source catches and what it returns', async () => {
      const received: unknown[] = [];
      class Service {
        @TimeLimited('20s')
        @RetryOnTransient()
        async *read(): AsyncGenerator<string, string, string> {
          try {
            received.push(yield 'a');
            yield 'b';
          } catch {
            yield 'caught';
          }
          return 'result';
        }
      }
      const stream = new Service().read();
      await stream.next();
      await stream.next('for a');
      expect(await stream.throw(new Error('x'))).to.deep.equal({ value: 'caught', done: false });
      expect(await stream.next()).to.deep.equal({ value: 'result', done: true });
      expect(received).to.deep.equal(['for a']);
      expectNothingLeft();
    });

    it("gives the signal in every chunk, and ends with the caller's reason", async () => {
      const signals = new Set<AbortSignal | undefined>();
      class Service {
        @TimeLimited({ betweenChunks: '5s' })
        async *read(_options: { signal: AbortSignal }): AsyncGenerator<number> {
          for (let i = 0; ; i++) {
            signals.add(currentSignal());
            if (i === 2) await hang();
            yield i;
          }
        }
      }
      const controller = new AbortController();
      const stream = new Service().read(controller);
      await stream.next();
      await stream.next();
      const stuck = watch(stream.next());
      await turn();
      controller.abort('gone');
      await turn();
      expect(stuck.settled).to.deep.include({ done: true, error: 'gone' });
      expect([...signals].map((signal) => signal?.reason as unknown)).to.deep.equal(['gone']);
      expectNothingLeft();
    });
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

    it('is refused in the middle, with what to write', () => {
      const message = definition(() => {
        class Ask {
          @RetryOnTransient()
          @TimeLimited('5s')
          @RespectRateLimit()
          async ask(): Promise<void> {}
        }
        return Ask;
      });
      expect(message)
        .to.contain('Ask.ask: @TimeLimited() stands between @RetryOnTransient() and @RespectRateLimit()')
        .and.to.contain('  @TimeLimited()\n  @RetryOnTransient()\n  @RespectRateLimit()\n  async ask(');
    });

    it('is refused twice on the same side', () => {
      const twice = (): unknown => {
        class Ask {
          @TimeLimited('5s')
          @TimeLimited('3s')
          @RetryOnTransient()
          async ask(): Promise<void> {}
        }
        return Ask;
      };
      expect(definition(twice)).to.contain('@TimeLimited() stands twice');
    });

    it('keeps its place in the order that others are told to be written in', () => {
      const message = definition(() => {
        class Ask {
          @RetryOnTransient()
          @CircuitProtected()
          @TimeLimited('3s')
          async ask(): Promise<void> {}
        }
        return Ask;
      });
      expect(message).to.contain('  @CircuitProtected()\n  @RetryOnTransient()\n  @TimeLimited()\n  async ask(');
    });

    for (const [what, options, problem] of [
      ['no limit', {}, 'limit: expected a duration, got none'],
      ['a number', { limit: 5 }, 'limit: expected a duration above 0'],
      ['nought', '0s', 'limit: expected a duration above 0'],
      ['an unknown option', { limit: '5s', firstChunks: '2s' }, 'did you mean "firstChunk"?'],
      ['a signal that is no function', { limit: '5s', signal: 5 }, 'signal: expected a function'],
      [
        'limits that contradict each other',
        { limit: '5s', betweenChunks: '6s' },
        'betweenChunks: expected at most limit (5s), got 6s',
      ],
    ] as const) {
      it(`is refused for ${what}`, () => {
        const message = definition(() => TimeLimited(options as Duration)(async function ask() {}));
        expect(message).to.contain('ask: @TimeLimited()').and.to.contain(problem);
      });
    }
  });

  describe('in the settings', () => {
    class Service {
      @TimeLimited('20s')
      @RetryOnTransient()
      @TimeLimited({ limit: '5s', firstChunk: '2s' })
      async limited(): Promise<string> {
        return hang();
      }
    }

    it('takes both limits of a method from its section', () => {
      const restore = configure({
        settings: {
          methods: {
            'Service.limited': {
              retry: { maxAttempts: 1 },
              timeLimit: { limit: '9s' },
              attemptLimit: { limit: '4s' },
            },
          },
        },
      });
      const [whole, retry, attempt] = describeStack(Service).limited ?? [];
      restore();
      expect([whole?.policy, retry?.policy, attempt?.policy]).to.deep.equal([
        'TimeLimited',
        'RetryOnTransient',
        'TimeLimited',
      ]);
      const section = (name: string) => ({ source: 'section', from: `methods.Service.limited.${name}` });
      expect(whole?.settings.limit).to.deep.equal({ value: '9s', ...section('timeLimit') });
      expect(retry?.settings.maxAttempts).to.include({ value: 1, from: 'methods.Service.limited.retry' });
      expect(attempt?.settings.limit).to.deep.equal({ value: '4s', ...section('attemptLimit') });
      expect(attempt?.settings.firstChunk).to.deep.equal({ value: '2s', source: 'decorator' });
    });

    it('fails at the first call when section and decorator contradict each other', async () => {
      const restore = configure({
        settings: { methods: { 'Service.limited': { attemptLimit: { limit: '1s' } } } },
      });
      const error = await rejectionOf(new Service().limited());
      restore();
      expect(error).to.be.instanceOf(ConfigurationError);
      expect((error as Error).message).to.contain('firstChunk: expected at most limit (1s), got 2s');
    });

    it('names every problem of such a section', () => {
      const settings = { methods: { 'A.b': { timeLimit: { limit: 'soon', first: '2s' }, attemptLimit: 5 } } };
      expect(() => configure({ settings: settings as never }))
        .to.throw(ConfigurationError)
        .with.property('problems')
        .that.has.lengthOf(3);
    });
  });
});
