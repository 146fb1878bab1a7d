import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import { Scope } from '#lib/call/scope.js';
import type { Attempt } from '#lib/policies/hedge/attempt.js';
import { Race, type Track } from '#lib/policies/hedge/race.js';
import { FakeClock } from '#lib/testing/fake-clock.js';
import { contextOf, strict } from '../../support/method-context.js';
import { deferred, rejectionOf, turn, unavailable, watch } from '../../support/upstream.js';

describe('A race of attempts', () => {
  let clock = new FakeClock(0);
  let attempts: (Attempt & ReturnType<typeof deferred>)[] = [];
  beforeEach(() => {
    clock = new FakeClock(0);
    attempts = [];
  });

  /** Attempts that are settled by hand, started after 100 ms each. */
  function raceFor(call: Call, track: Partial<Track> = {}): Race {
    const common: Track = {
      context: contextOf(clock),
      now: () => clock.now(),
      maxHedges: 1,
      afterMs: () => 100,
      onLatency: undefined,
      isInnermost: true,
      run: (attempt) => {
        const job = Object.assign(attempt, deferred());
        attempts.push(job);
        return job.promise;
      },
      ...track,
    };
    return new Race(common, call);
  }

  const callWith = (signal?: AbortSignal, context = contextOf(clock)): Call =>
    new Call(context, undefined, [], UNGUARDED, signal);

  function limited(deadline?: number): { limit: Scope; call: Call } {
    const call = callWith();
    const limit = new (class extends Scope {
      override get deadline(): number {
        return deadline ?? super.deadline;
      }
    })(call);
    return { limit, call };
  }

  it('makes no attempt when the limit around the call has ended, and fails with its error', async () => {
    const { limit, call } = limited();
    limit.end('deadline', 'over');
    expect(await rejectionOf(raceFor(call).winner())).to.equal('over');
    expect([attempts.length, clock.timers, call.isAborted]).to.deep.equal([0, 0, false]);
  });

  it('ends when its caller has gone, before it begins and in the middle', async () => {
    expect(await rejectionOf(raceFor(callWith(AbortSignal.abort('gone'))).winner())).to.equal('gone');
    const controller = new AbortController();
    const race = watch(raceFor(callWith(controller.signal)).winner());
    controller.abort('gone');
    await turn();
    expect(race.settled.error).to.equal('gone');
    expect(attempts[0]?.ended).to.deep.equal({ cause: 'aborted', error: 'gone' });
    attempts[0]?.reject(unavailable());
    await turn();
    expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
  });

  for (const cause of ['aborted', 'deadline'] as const) {
    it(`ends with the limit around the call, for the same cause: ${cause}`, async () => {
      const { limit, call } = limited();
      const race = watch(raceFor(call).winner());
      limit.end(cause, 'over');
      await turn();
      expect(race.settled.error).to.equal('over');
      expect(call.isAborted).to.equal(cause === 'aborted');
      expect(attempts[0]?.ended).to.deep.equal({ cause, error: 'over' });
      expect(clock.timers).to.equal(0);
    });
  }

  it("leaves no listener with the caller's signal when it is won", async () => {
    const { signal } = new AbortController();
    const won = raceFor(callWith(signal)).winner();
    expect(getEventListeners(signal, 'abort')).to.have.lengthOf(1);
    attempts[0]?.resolve('yes');
    expect(await won).to.equal('yes');
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it("fails with the caller's reason, whatever an attempt fails with that he has ended", async () => {
    const controller = new AbortController();
    const race = watch(raceFor(callWith(controller.signal), { isInnermost: false }).winner());
    controller.abort('gone');
    await turn();
    // What stands further in settles by itself, and is waited for.
    expect(race.settled.done).to.equal(false);
    attempts[0]?.reject(unavailable());
    await turn();
    expect(race.settled).to.deep.equal({ done: true, error: 'gone' });
  });

  it('gives each attempt one call of its own, that knows until when the whole call may take', () => {
    const { call } = limited(5000);
    void raceFor(call).winner();
    const own = attempts[0]?.call;
    expect(own).to.not.equal(call);
    expect(attempts[0]?.call).to.equal(own);
    expect(own?.scope?.deadline).to.equal(5000);
    void raceFor(callWith()).winner();
    expect(attempts[1]?.call.scope?.deadline).to.equal(Number.POSITIVE_INFINITY);
  });

  it('says to an attempt that has lost why it ends', async () => {
    const won = raceFor(callWith()).winner();
    await clock.advance('100ms');
    attempts[1]?.resolve('yes');
    await won;
    const reason = attempts[0]?.ended?.error as Error;
    expect([reason.name, reason.message]).to.deep.equal(['AbortError', 'Another attempt was faster.']);
  });

  it('sets no timer, and asks for none to be forgotten, as long as there is no time to wait', async () => {
    const context = contextOf(strict(clock));
    const won = raceFor(callWith(undefined, context), { context, afterMs: () => undefined }).winner();
    expect(clock.timers).to.equal(0);
    attempts[0]?.resolve('yes');
    expect(await won).to.equal('yes');
  });

  it('tells of attempts on the channels of what it tells', async () => {
    const context = contextOf(clock);
    void raceFor(callWith(undefined, context), { context, maxHedges: 2, afterMs: () => 50 }).winner();
    await clock.advance('50ms');
    while (context.budget.take(clock.now()));
    await clock.advance('50ms');
    expect(context.told.map(({ type, channel }) => [type, channel])).to.deep.equal([
      ['hedge_started', 'hedge_started'],
      ['hedge_refused', 'hedge_refused'],
    ]);
  });

  it('goes on the same when nobody listens', async () => {
    const context = contextOf(clock, false);
    const won = raceFor(callWith(undefined, context), { context, maxHedges: 2, afterMs: () => 50 }).winner();
    await clock.advance('50ms');
    while (context.budget.take(clock.now()));
    await clock.advance('50ms');
    expect(attempts).to.have.lengthOf(2);
    attempts[1]?.resolve('yes');
    expect(await won).to.equal('yes');
  });
});
