import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { Call, UNGUARDED } from '#lib/core/call.js';
import { TimeLimitError } from '#lib/core/errors.js';
import { Scope } from '#lib/core/scope.js';
import { Limit, type Position } from '#lib/policies/time-limit/limit.js';
import { timeLimitRules } from '#lib/policies/time-limit/rules.js';
import { FakeClock } from '#lib/testing/fake-clock.js';
import { siteOf, strict } from '../../support/site.js';
import { deferred, rejectionOf, turn, watch } from '../../support/upstream.js';

describe('The limit of one call', () => {
  let clock = new FakeClock(0);
  beforeEach(() => {
    clock = new FakeClock(0);
  });

  const callWith = (...args: unknown[]): Call => new Call(undefined, args, UNGUARDED);

  interface Given {
    readonly call?: Call;
    readonly options?: Parameters<typeof timeLimitRules>[0];
    readonly position?: Position;
    readonly site?: ReturnType<typeof siteOf>;
  }

  function limitFor({ call = callWith(), options = { limit: '1s' }, position = 'inner', site = siteOf(clock) }: Given) {
    const rules = timeLimitRules(options, site);
    return new Limit({ site, now: () => clock.now(), rules, position, covers: 'call' }, call);
  }

  /** What must not be run. */
  const unwanted = (): Promise<never> => {
    throw new Error('was run');
  };

  it('makes no call when a limit further out has ended, and fails with its reason', async () => {
    for (const position of ['inner', 'outer'] as const) {
      const call = callWith();
      const outer = new Scope();
      outer.end('over', false);
      call.limit = outer;
      const limit = limitFor({ call, position });
      expect(await rejectionOf(limit.around(unwanted))).to.equal('over');
      expect([clock.timers, call.aborted]).to.deep.equal([0, false]);
    }
  });

  it('notes on the call that its caller has gone, before it begins and in the middle', async () => {
    const before = callWith(AbortSignal.abort('gone'));
    expect(await rejectionOf(limitFor({ call: before }).around(unwanted))).to.equal('gone');
    const controller = new AbortController();
    const inMiddle = callWith(controller.signal);
    const limit = limitFor({ call: inMiddle });
    controller.abort('gone');
    expect(limit.ended).to.deep.equal({ reason: 'gone', isCallers: true });
    expect([before.aborted, inMiddle.aborted]).to.deep.equal([true, true]);
    expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
  });

  for (const isCallers of [true, false]) {
    it(`ends with a limit further out, which ${isCallers ? 'the caller' : 'time'} has ended`, () => {
      const call = callWith();
      const outer = new Scope();
      call.limit = outer;
      const limit = limitFor({ call });
      outer.end('over', isCallers);
      expect(limit.ended).to.deep.equal({ reason: 'over', isCallers });
      expect([call.aborted, clock.timers]).to.deep.equal([isCallers, 0]);
    });
  }

  it('ends once: what comes after that changes nothing', () => {
    const call = callWith();
    const limit = limitFor({ call });
    limit.end('over', false);
    limit.end('gone', true);
    expect(limit.ended).to.deep.equal({ reason: 'over', isCallers: false });
    expect(call.aborted).to.equal(false);
  });

  it("leaves neither a timer nor a listener with the caller's signal when the call is over", async () => {
    const { signal } = new AbortController();
    const limit = limitFor({ call: callWith(signal) });
    const { promise, resolve } = deferred();
    const call = limit.around(() => promise);
    expect([getEventListeners(signal, 'abort').length, clock.timers]).to.deep.equal([1, 1]);
    resolve('yes');
    expect(await call).to.equal('yes');
    expect([getEventListeners(signal, 'abort').length, clock.timers]).to.deep.equal([0, 0]);
  });

  it('says for as long as something is waited for that it is', async () => {
    for (const position of ['inner', 'outer'] as const) {
      const limit = limitFor({ position });
      expect(limit.isWaiting).to.equal(false);
      for (const settle of ['resolve', 'reject'] as const) {
        const job = deferred();
        const waited = watch(limit.wait(() => job.promise));
        expect(limit.isWaiting).to.equal(true);
        job[settle](undefined);
        await turn();
        expect([waited.settled.done, limit.isWaiting]).to.deep.equal([true, false]);
      }
    }
  });

  it('sets a timer for a wait that is limited, and for no other', async () => {
    const limit = limitFor({ options: { firstChunk: '1s' }, site: siteOf(strict(clock)) });
    const job = deferred();
    const wait = (...which: Parameters<typeof limit.wait>[1][]): number => {
      void watch(limit.wait(() => job.promise, ...which));
      return clock.timers;
    };
    expect(wait()).to.equal(0);
    expect(wait('between-chunks')).to.equal(0);
    expect(wait('first-chunk')).to.equal(1);
    job.resolve(undefined);
    await turn();
    expect(clock.timers).to.equal(0);
    limit.end('over', false);
    expect(wait('first-chunk')).to.equal(0);
  });

  describe('with policies beneath', () => {
    it('gives them a turn to settle before the caller hears of its end', async () => {
      const limit = limitFor({ position: 'outer' });
      const call = watch(limit.around(() => new Promise(() => undefined)));
      limit.end('over', false);
      for (let i = 0; i < 10; i++) await Promise.resolve();
      expect(call.settled.done).to.equal(false);
      await turn();
      expect(call.settled).to.deep.equal({ done: true, error: 'over' });
    });

    it('fails with its own reason, whatever they come to in that turn', async () => {
      for (const settle of ['resolve', 'reject'] as const) {
        const limit = limitFor({ position: 'outer' });
        const { promise, ...beneath } = deferred();
        const call = watch(limit.around(() => promise));
        limit.end('over', false);
        beneath[settle]('something else');
        await turn();
        expect(call.settled).to.deep.equal({ done: true, error: 'over' });
      }
    });
  });

  it('tells of its end on the channel of such ends', async () => {
    const site = siteOf(clock);
    const call = watch(limitFor({ site }).around(() => new Promise(() => undefined)));
    await clock.advance('1s');
    const { error } = call.settled;
    expect(error).to.be.instanceOf(TimeLimitError);
    const event = { type: 'time_limited', method: 'Service.ask', elapsedMs: 1000, reason: 'call' };
    expect(site.told).to.deep.equal([{ ...event, channel: 'time_limited' }]);
  });

  it('ends the same when nobody listens', async () => {
    const call = watch(limitFor({ site: siteOf(clock, false) }).around(() => new Promise(() => undefined)));
    await clock.advance('1s');
    expect(call.settled.error).to.be.instanceOf(TimeLimitError);
  });
});
