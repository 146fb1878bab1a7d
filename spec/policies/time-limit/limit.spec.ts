import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import type { Next } from '#lib/call/policy.js';
import { TimeLimitError } from '#lib/core/errors.js';
import { Scope } from '#lib/call/scope.js';
import { Limit, type Placement } from '#lib/policies/time-limit/limit.js';
import { timeLimitRules } from '#lib/policies/time-limit/rules.js';
import { FakeClock } from '#lib/testing/fake-clock.js';
import { contextOf } from '../../support/method-context.js';
import { deferred, rejectionOf, turn, watch } from '../../support/upstream.js';

describe('The limit of one call', () => {
  let clock = new FakeClock(0);
  beforeEach(() => {
    clock = new FakeClock(0);
  });

  const callWith = (signal?: AbortSignal, context = contextOf(clock)): Call =>
    new Call(context, undefined, [], UNGUARDED, signal);

  interface Given {
    readonly call?: Call;
    readonly options?: Parameters<typeof timeLimitRules>[0];
    readonly placement?: Placement;
    readonly context?: ReturnType<typeof contextOf>;
  }

  function limitFor({ call, options = { limit: '1s' }, placement = 'inner', context = contextOf(clock) }: Given) {
    const rules = timeLimitRules(options);
    const kind = { context, now: () => clock.now(), rules, placement, covers: 'call' } as const;
    return new Limit(kind, call ?? callWith(undefined, context));
  }

  /** Runs as the method does, in the innermost scope. */
  const method =
    (run: () => Promise<unknown>): Next =>
    (_self, _args, call) =>
      (call as { scope: Scope }).scope.run(run);

  /** What must not be run. */
  const unwanted = (): Promise<never> => {
    throw new Error('was run');
  };

  it('makes no call when a limit further out has ended, and fails with its error', async () => {
    for (const placement of ['inner', 'outer'] as const) {
      const call = callWith();
      const outer = new Scope(call);
      outer.end('deadline', 'over');
      const limit = limitFor({ call, placement });
      expect(await rejectionOf(limit.around(unwanted))).to.equal('over');
      expect([clock.timers, call.isAborted, call.scope]).to.deep.equal([0, false, outer]);
    }
  });

  it('ends when its caller has gone, before it begins and in the middle', async () => {
    const before = callWith(AbortSignal.abort('gone'));
    expect(await rejectionOf(limitFor({ call: before }).around(unwanted))).to.equal('gone');
    const controller = new AbortController();
    const limit = limitFor({ call: callWith(controller.signal) });
    controller.abort('gone');
    expect(limit.ended).to.deep.equal({ cause: 'aborted', error: 'gone' });
    expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
  });

  for (const cause of ['aborted', 'deadline'] as const) {
    it(`ends with a limit further out, for the same cause: ${cause}`, () => {
      const call = callWith();
      const outer = new Scope(call);
      const limit = limitFor({ call });
      outer.end(cause, 'over');
      expect(limit.ended).to.deep.equal({ cause, error: 'over' });
      expect([call.isAborted, clock.timers]).to.deep.equal([cause === 'aborted', 0]);
    });
  }

  it('ends once: what comes after that changes nothing', () => {
    const call = callWith();
    const limit = limitFor({ call, placement: 'outer' });
    limit.end('deadline', 'over');
    limit.end('aborted', 'gone');
    expect(limit.ended).to.deep.equal({ cause: 'deadline', error: 'over' });
    expect(call.isAborted).to.equal(false);
  });

  it('is the innermost scope of its call until it is over', async () => {
    for (const placement of ['inner', 'outer'] as const) {
      const call = callWith();
      const limit = limitFor({ call, placement });
      expect(call.scope).to.equal(limit);
      const job = deferred();
      const done = limit.around(method(() => job.promise));
      job.resolve('yes');
      expect(await done).to.equal('yes');
      expect(call.scope).to.equal(undefined);
    }
  });

  it('lets I/O run first when its timer is late', async () => {
    let late = (): void => undefined;
    let now = 0;
    const blocked = { now: () => now, setTimer: (fire: () => void) => (late = fire), clearTimer: () => undefined };
    const context = contextOf(blocked);
    const kind = {
      context,
      now: () => now,
      rules: timeLimitRules({ limit: '1s' }),
      placement: 'inner',
      covers: 'call',
    } as const;
    const limit = new Limit(kind, callWith(undefined, context));
    const job = deferred();
    const done = watch(limit.around(method(() => job.promise)));
    now = 1500;
    late();
    expect(limit.ended).to.equal(undefined);
    job.resolve('there already');
    await turn();
    expect(done.settled).to.deep.equal({ done: true, value: 'there already' });
    expect(context.told).to.deep.equal([]);
  });

  it("leaves neither a timer nor a listener with the caller's signal when the call is over", async () => {
    const { signal } = new AbortController();
    const limit = limitFor({ call: callWith(signal) });
    const { promise, resolve } = deferred();
    const call = limit.around(method(() => promise));
    expect([getEventListeners(signal, 'abort').length, clock.timers]).to.deep.equal([1, 1]);
    resolve('yes');
    expect(await call).to.equal('yes');
    expect([getEventListeners(signal, 'abort').length, clock.timers]).to.deep.equal([0, 0]);
  });

  describe('with policies beneath', () => {
    it('gives them a turn to settle before the caller hears of its end', async () => {
      const limit = limitFor({ placement: 'outer' });
      const call = watch(limit.around(() => new Promise(() => undefined)));
      limit.end('deadline', 'over');
      for (let i = 0; i < 10; i++) await Promise.resolve();
      expect(call.settled.done).to.equal(false);
      await turn();
      expect(call.settled).to.deep.equal({ done: true, error: 'over' });
    });

    it('fails with its own reason, whatever they come to in that turn', async () => {
      for (const settle of ['resolve', 'reject'] as const) {
        const limit = limitFor({ placement: 'outer' });
        const { promise, ...beneath } = deferred();
        const call = watch(limit.around(() => promise));
        limit.end('deadline', 'over');
        beneath[settle]('something else');
        await turn();
        expect(call.settled).to.deep.equal({ done: true, error: 'over' });
      }
    });
  });

  it('tells of its end on the channel of such ends', async () => {
    const context = contextOf(clock);
    const call = watch(limitFor({ context }).around(method(() => new Promise(() => undefined))));
    await clock.advance('1s');
    const { error } = call.settled;
    expect(error).to.be.instanceOf(TimeLimitError);
    const event = { type: 'time_limited', method: 'Service.ask', elapsedMs: 1000, reason: 'call' };
    expect(context.told).to.deep.equal([{ ...event, channel: 'time_limited' }]);
  });

  it('ends the same when nobody listens', async () => {
    const call = watch(
      limitFor({ context: contextOf(clock, false) }).around(method(() => new Promise(() => undefined))),
    );
    await clock.advance('1s');
    expect(call.settled.error).to.be.instanceOf(TimeLimitError);
  });
});
