import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  CircuitProtected,
  circuit,
  Coalesced,
  ConfigurationError,
  configure,
  currentSignal,
  DecorationError,
  RetryOnTransient,
  TimeLimited,
  TimeLimitError,
} from '#lib/index.js';
import { deferred, rejectionOf, turn, unavailable, uniqueName, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

// oxlint-disable-next-line typescript/no-explicit-any -- what the types refuse is tried at run time
const untyped = (value: unknown): any => value;

type AnyLoad = (signal?: AbortSignal) => Promise<unknown>;

describe('@Coalesced', () => {
  const world = virtualTime();

  class Service {
    readonly jobs: { key: string; signal: AbortSignal | undefined; job: ReturnType<typeof deferred> }[] = [];

    @Coalesced({ key: (key: string) => key })
    async load(key: string, _options?: { signal: AbortSignal }): Promise<unknown> {
      const job = deferred();
      this.jobs.push({ key, signal: currentSignal(), job });
      return job.promise;
    }
  }

  const only = (service: Service) => {
    expect(service.jobs).to.have.lengthOf(1);
    return service.jobs[0] as Service['jobs'][number];
  };

  it('makes one call for all with the same key that are in flight, and another one for another key', async () => {
    const service = new Service();
    const calls = [service.load('a'), service.load('b'), service.load('a')];
    expect(service.jobs.map(({ key }) => key)).to.deep.equal(['a', 'b']);
    const result = { of: 'a' };
    service.jobs[0]?.job.resolve(result);
    service.jobs[1]?.job.resolve('b');
    const [a, b, again] = await Promise.all(calls);
    expect(a).to.equal(result);
    expect(again).to.equal(result);
    expect(b).to.equal('b');
  });

  it('makes a new call once the one before has settled', async () => {
    const service = new Service();
    const first = service.load('a');
    service.jobs[0]?.job.resolve(1);
    expect(await first).to.equal(1);
    const second = service.load('a');
    service.jobs[1]?.job.reject(unavailable());
    await rejectionOf(second);
    const third = service.load('a');
    service.jobs[2]?.job.resolve(3);
    expect(await third).to.equal(3);
  });

  it('gives all callers the same error, and leaves no rejection unhandled', async () => {
    const service = new Service();
    const errors = ['a', 'a', 'a'].map(() => rejectionOf(service.load('a')));
    const error = unavailable();
    only(service).job.reject(error);
    for (const thrown of await Promise.all(errors)) expect(thrown).to.equal(error);
  });

  it('shares nothing between two objects', async () => {
    const [one, other] = [new Service(), new Service()];
    const calls = [one.load('a'), other.load('a')];
    only(one).job.resolve(1);
    only(other).job.resolve(2);
    expect(await Promise.all(calls)).to.deep.equal([1, 2]);
  });

  describe('when callers abort', () => {
    const reason = new Error('enough');

    for (const leaving of [0, 1])
      it(`lets caller ${leaving + 1} of 2 leave at once, and goes on for the other`, async () => {
        const service = new Service();
        const controllers = [new AbortController(), new AbortController()];
        const calls = controllers.map(({ signal }) => service.load('a', { signal }));
        const gone = rejectionOf(calls[leaving] as Promise<unknown>);
        controllers[leaving]?.abort(reason);
        expect(await gone).to.equal(reason);
        expect(only(service).signal?.aborted).to.equal(false);
        only(service).job.resolve('done');
        expect(await calls[1 - leaving]).to.equal('done');
      });

    it('ends the call when the last one has left, and makes a new one for the next', async () => {
      const service = new Service();
      const controllers = [new AbortController(), new AbortController()];
      const gone = controllers.map(({ signal }) => rejectionOf(service.load('a', { signal })));
      controllers[0]?.abort(new Error('first'));
      controllers[1]?.abort(reason);
      await Promise.all(gone);
      expect(service.jobs[0]?.signal?.aborted).to.equal(true);
      expect(service.jobs[0]?.signal?.reason).to.equal(reason);
      const next = service.load('a');
      service.jobs[1]?.job.resolve('anew');
      service.jobs[0]?.job.reject(new Error('late'));
      expect(await next).to.equal('anew');
    });

    for (const [what, decorate] of [
      ['nothing', (method: AnyLoad) => method],
      ['a time limit', TimeLimited('1h')],
    ] as const)
      for (const who of ['the first', 'another'])
        it(`makes no call for ${who} that leaves while its key is asked for, under ${what}`, async () => {
          let leaving: AbortController | undefined;
          const jobs: ReturnType<typeof deferred>[] = [];
          const load: AnyLoad = decorate(
            Coalesced({
              key: (_signal?: AbortSignal) => {
                leaving?.abort(new Error('left'));
                return 'key';
              },
            })(async (_signal?: AbortSignal) => {
              const job = deferred();
              jobs.push(job);
              return job.promise;
            }),
          );
          const others =
            who === 'another' ? [rejectionOf(load()), rejectionOf(load(new AbortController().signal))] : [];
          leaving = new AbortController();
          expect(await rejectionOf(load(leaving.signal))).to.have.property('message', 'left');
          expect(jobs).to.have.length(others.length > 0 ? 1 : 0);
          const error = unavailable();
          for (const { reject } of jobs) reject(error);
          for (const other of await Promise.all(others)) expect(other).to.equal(error);
        });

    it('lets a caller leave whom the method itself aborts before it waits', async () => {
      const controller = new AbortController();
      const load = Coalesced({ key: () => 'key' })(async (_signal: AbortSignal) => {
        controller.abort(new Error('left'));
        return new Promise(() => undefined);
      });
      expect(await rejectionOf(load(controller.signal))).to.have.property('message', 'left');
    });

    it('goes on for a caller who has no signal', async () => {
      const service = new Service();
      const controller = new AbortController();
      const gone = rejectionOf(service.load('a', { signal: controller.signal }));
      const stays = service.load('a');
      controller.abort(reason);
      expect(await gone).to.equal(reason);
      only(service).job.resolve('done');
      expect(await stays).to.equal('done');
    });

    it('ends the wait of a retry with the last caller', async () => {
      let calls = 0;
      const load = Coalesced({ key: () => 'k' })(
        RetryOnTransient({ minWait: '5s', jitter: 'none' })(async (_signal: AbortSignal) => {
          calls += 1;
          throw unavailable();
        }),
      );
      const controller = new AbortController();
      const gone = [rejectionOf(load(controller.signal)), rejectionOf(load(controller.signal))];
      await turn();
      expect(world.clock.timers).to.equal(1);
      controller.abort(reason);
      expect(await Promise.all(gone)).to.deep.equal([reason, reason]);
      await turn();
      expect(world.clock.timers).to.equal(0);
      expect(calls).to.equal(1);
    });

    it('goes on for the others if a caller under a time limit aborts', async () => {
      const job = deferred();
      let signal: AbortSignal | undefined;
      const load = TimeLimited('1m')(
        Coalesced({ key: () => 'k' })(async (_signal?: AbortSignal) => {
          signal = currentSignal();
          return job.promise;
        }),
      );
      const controller = new AbortController();
      const gone = rejectionOf(load(controller.signal));
      const stays = load();
      controller.abort(reason);
      expect(await gone).to.equal(reason);
      expect(signal?.aborted).to.equal(false);
      job.resolve('done');
      expect(await stays).to.equal('done');
    });

    it('makes no call for a caller who has left, even if the result cannot be shared', async () => {
      const job = deferred();
      let calls = 0;
      const load = Coalesced({ key: () => 'k' })(async (_signal?: AbortSignal) => {
        calls += 1;
        return job.promise;
      });
      const controller = new AbortController();
      const stays = load();
      const gone = rejectionOf(load(controller.signal));
      controller.abort(reason);
      expect(await gone).to.equal(reason);
      const response = new Response('text');
      job.resolve(response);
      expect(await stays).to.equal(response);
      await turn();
      expect(calls).to.equal(1);
    });

    it('gives a result that only one caller can read to one who has stayed', async () => {
      const job = deferred();
      let calls = 0;
      const load = Coalesced({ key: () => 'k' })(async (_signal?: AbortSignal) => {
        calls += 1;
        return calls === 1 ? job.promise : new Response('another');
      });
      const controller = new AbortController();
      const gone = rejectionOf(load(controller.signal));
      const [second, third] = [load(), load()];
      controller.abort(reason);
      expect(await gone).to.equal(reason);
      const response = new Response('text');
      job.resolve(response);
      expect(await second).to.equal(response);
      expect(await third).not.to.equal(response);
      expect(calls).to.equal(2);
    });

    it('cancels the body of an answer that comes after the last caller has left', async () => {
      const job = deferred();
      const load = Coalesced({ key: () => 'k' })(async (_signal: AbortSignal) => job.promise);
      const controller = new AbortController();
      const gone = rejectionOf(load(controller.signal));
      controller.abort(reason);
      expect(await gone).to.equal(reason);
      let isCancelled = false;
      job.resolve(new Response(new ReadableStream({ cancel: () => void (isCancelled = true) })));
      await turn();
      expect(isCancelled).to.equal(true);
    });

    it('lets each caller leave by the limit of its own', async () => {
      const job = deferred();
      class Limited {
        signal: AbortSignal | undefined;

        @TimeLimited('1s')
        @Coalesced({ key: () => 'k' })
        async load(): Promise<unknown> {
          this.signal = currentSignal();
          return job.promise;
        }
      }
      const service = new Limited();
      const first = rejectionOf(service.load());
      await world.clock.advance('600ms');
      const second = watch(service.load());
      await world.clock.advance('400ms');
      expect(await first).to.be.instanceOf(TimeLimitError);
      expect(service.signal?.aborted).to.equal(false);
      job.resolve('late');
      await turn();
      expect(second.settled).to.deep.equal({ done: true, value: 'late' });
      expect(world.clock.timers).to.equal(0);
    });
  });

  describe('below a circuit', () => {
    for (const [callers, maxAttempts] of [
      [1, 1],
      [5, 1],
      [5, 3],
    ] as const)
      it(`counts one failure in a row for ${callers} callers that share ${maxAttempts} attempts`, async () => {
        const name = uniqueName();
        class Guarded {
          @CircuitProtected({ circuit: name, failureThreshold: 3 })
          @Coalesced({ key: () => 'k' })
          @RetryOnTransient({ maxAttempts, minWait: '1s', jitter: 'none' })
          async load(): Promise<void> {
            throw unavailable();
          }
        }
        const service = new Guarded();
        for (let round = 1; round <= 3; round++) {
          const errors = Array.from({ length: callers }, () => rejectionOf(service.load()));
          await world.clock.advance('10s');
          await Promise.all(errors);
          expect(circuit(name).isOpen).to.equal(round === 3);
        }
      });

    it('counts one failure for a call whose only caller has a signal', async () => {
      const name = uniqueName();
      const load = CircuitProtected({ circuit: name, failureThreshold: 3 })(
        Coalesced({ key: () => 'k' })(
          RetryOnTransient({ minWait: '1s', jitter: 'none' })(async (_signal: AbortSignal) => {
            throw unavailable();
          }),
        ),
      );
      for (let failures = 1; failures <= 2; failures++) {
        const gone = rejectionOf(load(new AbortController().signal));
        await world.clock.advance('10s');
        await gone;
        expect(circuit(name).snapshot()).to.include({ state: 'closed', failures });
      }
    });

    it('counts one failure for a call that its last caller leaves by a time limit', async () => {
      const name = uniqueName();
      const load = CircuitProtected({ circuit: name, failureThreshold: 3 })(
        TimeLimited('1500ms')(
          Coalesced({ key: () => 'k' })(
            RetryOnTransient({ minWait: '1s', jitter: 'none' })(async () => {
              throw unavailable();
            }),
          ),
        ),
      );
      for (let failures = 1; failures <= 2; failures++) {
        const gone = rejectionOf(load());
        await world.clock.advance('10s');
        expect(await gone).to.be.instanceOf(TimeLimitError);
        expect(circuit(name).snapshot()).to.include({ state: 'closed', failures });
      }
    });

    it('counts one failure if another caller has left before', async () => {
      const name = uniqueName();
      const load = CircuitProtected({ circuit: name })(
        Coalesced({ key: () => 'k' })(
          RetryOnTransient({ minWait: '1s', jitter: 'none' })(async (_signal?: AbortSignal) => {
            throw unavailable();
          }),
        ),
      );
      const controller = new AbortController();
      const gone = [rejectionOf(load(controller.signal)), rejectionOf(load()), rejectionOf(load())];
      await world.clock.advance('500ms');
      controller.abort();
      await world.clock.advance('10s');
      await Promise.all(gone);
      expect(circuit(name).snapshot().failures).to.equal(1);
    });

    it('counts each of several calls that fail with the same error object', async () => {
      const name = uniqueName();
      const error = unavailable();
      const load = CircuitProtected({ circuit: name })(
        Coalesced({ key: () => 'k' })(async () => {
          await turn();
          throw error;
        }),
      );
      await Promise.all([rejectionOf(load()), rejectionOf(load())]);
      await rejectionOf(load());
      await rejectionOf(load());
      expect(circuit(name).snapshot().failures).to.equal(3);
    });
  });

  it('shares no result that only one caller can read', async () => {
    for (const make of [
      () => Readable.from(['a']),
      () => new Response('text'),
      () => ({ data: 1, response: new Response('text') }),
      async function* () {
        yield 1;
      },
      () => ({
        async *[Symbol.asyncIterator]() {
          yield 1;
        },
      }),
    ] as (() => object)[]) {
      let calls = 0;
      const load = Coalesced({ key: () => 'k' })(async () => {
        calls += 1;
        await turn();
        return make();
      });
      const [one, other] = await Promise.all([load(), load()]);
      expect(one).to.not.equal(other);
      expect(calls).to.equal(2);
    }
  });

  it('lets a method call itself with the same key before it waits', async () => {
    const load = Coalesced({ key: () => 'k' })(
      async (depth: number): Promise<number> => (depth === 0 ? 0 : 1 + (await load(depth - 1))),
    );
    expect(await load(3)).to.equal(3);
  });

  it('keeps no argument when a call is over', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const load = Coalesced({ key: () => 'k' })(async (_argument: object) => 'ok');
    const ref = await (async () => {
      const argument = { text: 'x'.repeat(1000) };
      await load(argument);
      return new WeakRef(argument);
    })();
    await turn();
    collect();
    expect(ref.deref()).to.equal(undefined);
  });

  it('refuses a call whose key is no string', async () => {
    const load = Coalesced({ key: untyped(() => 1) })(async () => 'ok');
    expect(((await rejectionOf(load())) as ConfigurationError).problems[0]).to.contain(
      '@Coalesced() key: expected a string, got number',
    );
  });

  it('makes every call while it is switched off', async () => {
    const restore = configure({ settings: { coalesce: { enabled: false } } });
    const service = new Service();
    const calls = [service.load('a'), service.load('a')];
    expect(service.jobs).to.have.lengthOf(2);
    for (const { job } of service.jobs) job.resolve(1);
    await Promise.all(calls);
    restore();
  });

  it('refuses a stream, a missing key and a wrong place when the class is defined', () => {
    expect(() => {
      class Wrong {
        @Coalesced({ key: () => 'k' })
        async *load(): AsyncGenerator<number> {
          yield 1;
        }
      }
      return Wrong;
    }).to.throw(
      DecorationError,
      'Wrong.load: @Coalesced() stands on async *load(…): a stream has one reader; share the result of a method that reads it to its end.',
    );
    expect(() => Coalesced(untyped({}))(async () => 1)).to.throw(DecorationError, 'key: expected a function');
    expect(() => RetryOnTransient()(Coalesced({ key: () => 'k' })(async () => 1))).to.throw(
      DecorationError,
      '@RetryOnTransient() stands above @Coalesced()',
    );
  });

  it('settles every caller and runs at most one call a key at a time, whatever happens', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b'),
      how: fc.constantFrom('load', 'abort', 'resolve', 'reject'),
      which: fc.nat(20),
    });
    return fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const service = new Service();
        const callers: { controller: AbortController; call: ReturnType<typeof watch> }[] = [];
        const open = () => service.jobs.filter(({ job }) => !settledJobs.has(job));
        const settledJobs = new Set<object>();
        for (const { key, how, which } of steps) {
          if (how === 'load') {
            const controller = new AbortController();
            callers.push({ controller, call: watch(service.load(key, { signal: controller.signal })) });
          } else if (how === 'abort') callers[which % Math.max(1, callers.length)]?.controller.abort();
          else {
            const chosen = open()[which % Math.max(1, open().length)];
            if (chosen) {
              settledJobs.add(chosen.job);
              chosen.job[how](unavailable());
            }
          }
          await turn();
          for (const of of ['a', 'b'])
            expect(open().filter((one) => one.key === of && !one.signal?.aborted).length).to.be.at.most(1);
        }
        for (const { job } of open()) job.resolve('end');
        await turn();
        expect(callers.every(({ call }) => call.settled.done)).to.equal(true);
      }),
      { numRuns: 100 },
    );
  });
});
