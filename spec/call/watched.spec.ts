import { expect } from 'chai';
import { UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import type { CallObserver, CallWatch } from '#lib/call/observer.js';
import type { Next } from '#lib/call/policy.js';
import { watchingBy } from '#lib/call/watched.js';
import { FakeClock } from '#lib/testing/index.js';
import { contextOf } from '../support/method-context.js';
import { rejectionOf, unavailable } from '../support/upstream.js';

describe('Calls that exporters watch', () => {
  let clock = new FakeClock(1000);
  let seen: unknown[] = [];
  beforeEach(() => {
    clock = new FakeClock(1000);
    seen = [];
  });

  const newCall = (): Call => new Call(contextOf(clock), 'self', ['argument'], UNGUARDED);
  const answer: Next = async (self, args) => {
    seen.push('run');
    return [self, ...args];
  };

  function watching(...watches: readonly (CallWatch | undefined)[]) {
    const observers = watches.map((watch): CallObserver => ({ begin: (method) => (seen.push(method), watch) }));
    const found = watchingBy(observers);
    if (!found) throw new Error('nobody watches');
    return found;
  }

  /** A watch that notes what it sees, and its contexts. */
  function noting(name: string): Required<CallWatch> {
    const within = <T>(run: () => T): T => {
      seen.push(`${name} begins`);
      const result = run();
      seen.push(`${name} leaves`);
      return result;
    };
    return {
      within,
      ended: (end) => void seen.push([name, end]),
      attempt: (number, isHedge) => {
        seen.push([name, number, isHedge]);
        return { within, ended: (end) => void seen.push([`${name} attempt`, end]) };
      },
    };
  }

  it('are not slowed down where nobody watches', () => {
    expect(watchingBy([])).to.equal(undefined);
  });

  it('run as they are where every exporter ignores them or throws', async () => {
    const throwing: CallObserver = {
      begin() {
        throw new Error('broken');
      },
    };
    const found = watchingBy([throwing, { begin: () => undefined }]);
    const call = newCall();
    expect(await found?.call(answer)('self', ['argument'], call)).to.deep.equal(['self', 'argument']);
    expect(call.watched).to.equal(undefined);
    expect(await found?.attempt(answer)('self', ['argument'], call)).to.deep.equal(['self', 'argument']);
  });

  it('run once, within the contexts of all, the first outermost', async () => {
    const call = newCall();
    const run = watching(noting('a'), {}, noting('b'), undefined).call(answer);
    expect(await run('self', ['argument'], call)).to.deep.equal(['self', 'argument']);
    const methods = new Array(4).fill('Service.ask');
    expect(seen).to.deep.equal([...methods, 'a begins', 'b begins', 'run', 'b leaves', 'a leaves']);
    expect(call.watched).not.to.equal(undefined);
  });

  it('run also where the context of an exporter fails, before or after, or runs nothing', async () => {
    const failing = (when: 'before' | 'after'): CallWatch => ({
      within(run) {
        if (when === 'before') throw new Error('broken');
        run();
        throw new Error('broken');
      },
    });
    const idle: CallWatch = { within: () => undefined as never };
    for (const watch of [failing('before'), failing('after'), idle]) {
      seen = [];
      const run = watching(watch, { ended: () => undefined }).call(answer);
      expect(await run('self', ['argument'], newCall())).to.deep.equal(['self', 'argument']);
      expect(seen.filter((each) => each === 'run')).to.have.lengthOf(1);
    }
  });

  it('throw what they throw at once, once', () => {
    const error = new Error('synchronous');
    let runs = 0;
    const run = watching(noting('a')).call(() => {
      runs += 1;
      throw error;
    });
    expect(() => run('self', [], newCall())).to.throw(error);
    expect(runs).to.equal(1);
  });

  it('are told to each exporter at their end, whatever another throws', () => {
    const call = newCall();
    const throwing: CallWatch = {
      ended() {
        throw new Error('broken');
      },
    };
    void watching(throwing, {}, noting('a')).call(answer)('self', [], call);
    seen = [];
    const end = { outcome: 'success', attempts: 1, durationMs: 5 } as const;
    call.watched?.ended(end);
    expect(seen).to.deep.equal([['a', end]]);
  });

  describe('and their attempts', () => {
    async function begun(...watches: readonly CallWatch[]) {
      const call = newCall();
      const found = watching(...watches);
      await found.call(answer)('self', [], call);
      seen = [];
      return { call, found };
    }

    it('run as they are where nobody watches attempts', async () => {
      const { call, found } = await begun({ ended: () => undefined });
      const attempt = found.attempt(answer);
      const given = answer('self', []);
      expect(call.watched?.attempt(1, false, clock)).to.equal(undefined);
      expect(await attempt('self', [], call)).to.deep.equal(await given);
    });

    it('are told with their number, their end and their time, and whether they are a hedge', async () => {
      const refusing: CallWatch = { attempt: () => undefined };
      const throwing: CallWatch = {
        attempt() {
          throw new Error('broken');
        },
      };
      const { call, found } = await begun({}, refusing, throwing, noting('a'), { attempt: () => ({}) });
      call.attempts = 2;
      const attempt = found.attempt(async () => {
        seen.push('run');
        await clock.advance('20ms');
        return 'answer';
      });
      expect(await attempt('self', [], call)).to.equal('answer');
      expect(seen).to.deep.equal([
        ...[['a', 2, false], 'a begins', 'run', 'a leaves'],
        ['a attempt', { errorType: undefined, durationMs: 20 }],
      ]);
      seen = [];
      call.isHedge = true;
      const error = unavailable();
      expect(await rejectionOf(found.attempt(() => Promise.reject(error))('self', [], call))).to.equal(error);
      expect(seen).to.deep.equal([
        ...[['a', 2, true], 'a begins', 'a leaves'],
        ['a attempt', { errorType: 'server', durationMs: 0 }],
      ]);
    });

    it('take no time that a clock was set back by', async () => {
      const { call } = await begun(noting('a'));
      let now = 5000;
      const attempt = call.watched?.attempt(1, false, {
        now: () => now,
        setTimer: () => undefined as never,
        clearTimer: () => undefined,
      });
      now = 4000;
      attempt?.ended();
      expect(seen.at(-1)).to.deep.equal(['a attempt', { errorType: undefined, durationMs: 0 }]);
    });

    it('end with their call, once', async () => {
      const { call } = await begun(noting('a'));
      const [early, late] = [1, 2].map((number) => call.watched?.attempt(number, false, clock));
      early?.ended('server');
      const end = { outcome: 'cancelled', attempts: 2, durationMs: 0 } as const;
      call.watched?.ended(end);
      late?.ended();
      expect(seen.slice(2)).to.deep.equal([
        ['a attempt', { errorType: 'server', durationMs: 0 }],
        ['a attempt', { errorType: 'cancelled', durationMs: 0 }],
        ['a', end],
      ]);
    });

    for (const [how, read, errorType] of [
      ['completed', async (stream) => void (await stream.next(), await stream.next()), undefined],
      ['left', (stream) => stream.return(undefined), 'cancelled'],
      ['failed', (stream) => rejectionOf(stream.throw(unavailable())), 'cancelled'],
      [
        'broken',
        async (stream) => void (await stream.next('break'), await rejectionOf(stream.next('break'))),
        'server',
      ],
    ] as readonly (readonly [string, (stream: AsyncGenerator) => Promise<unknown>, string | undefined])[])
      it(`end with the stream that they opened: ${how}`, async () => {
        const { call, found } = await begun(noting('a'));
        async function* source(): AsyncGenerator {
          if ((yield 'a') === 'break') throw unavailable();
        }
        const stream = (await found.attempt(async () => source())('self', [], call)) as AsyncGenerator;
        expect(seen).to.have.lengthOf(3);
        await read(stream);
        expect(seen.slice(3)).to.deep.equal([['a attempt', { errorType, durationMs: 0 }]]);
      });
  });
});
