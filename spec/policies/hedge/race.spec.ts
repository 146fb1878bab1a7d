import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { Call, UNGUARDED } from '#lib/core/call.js';
import { Scope } from '#lib/core/scope.js';
import type { Site } from '#lib/core/site.js';
import type { Attempt } from '#lib/policies/hedge/attempt.js';
import { Race, type Track } from '#lib/policies/hedge/race.js';
import { FakeClock } from '#lib/testing/fake-clock.js';
import { siteOf, strict } from '../../support/site.js';
import { deferred, rejectionOf, turn, unavailable, watch } from '../../support/upstream.js';

describe('A race of attempts', () => {
  let clock = new FakeClock(0);
  let attempts: (Attempt & ReturnType<typeof deferred>)[] = [];
  beforeEach(() => {
    clock = new FakeClock(0);
    attempts = [];
  });

  /** Attempts that are settled by hand, started after 100 ms each. */
  function raceFor(call: Call, track: Partial<Track<unknown>> & { site?: Site } = {}): Race<unknown> {
    const common: Track<unknown> = {
      site: siteOf(clock),
      now: () => clock.now(),
      maxHedges: 1,
      afterMs: () => 100,
      onLatency: undefined,
      endsItself: false,
      discard: undefined,
      ...track,
    };
    return new Race(common, call, (attempt) => {
      const job = Object.assign(attempt, deferred());
      attempts.push(job);
      return job.promise;
    });
  }

  const callWith = (...args: unknown[]): Call => new Call(undefined, args, UNGUARDED);

  function limited(deadline?: number): { limit: Scope; call: Call } {
    const limit = new (class extends Scope {
      override get deadline(): number {
        return deadline ?? super.deadline;
      }
    })();
    const call = callWith();
    call.limit = limit;
    return { limit, call };
  }

  it('makes no attempt when the limit around the call has ended, and fails with its reason', async () => {
    const { limit, call } = limited();
    limit.end('over', false);
    expect(await rejectionOf(raceFor(call).winner())).to.equal('over');
    expect([attempts.length, clock.timers, call.aborted]).to.deep.equal([0, 0, false]);
  });

  it('notes on the call that its caller has gone, before it begins and in the middle', async () => {
    const before = callWith(AbortSignal.abort('gone'));
    expect(await rejectionOf(raceFor(before).winner())).to.equal('gone');
    const controller = new AbortController();
    const inMiddle = callWith(controller.signal);
    const race = watch(raceFor(inMiddle).winner());
    controller.abort('gone');
    await turn();
    expect(race.settled.error).to.equal('gone');
    expect([before.aborted, inMiddle.aborted]).to.deep.equal([true, true]);
    expect(attempts[0]?.ended).to.deep.equal({ reason: 'gone', isCallers: true });
    expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
  });

  for (const isCallers of [true, false]) {
    it(`ends with the limit around the call, which ${isCallers ? 'its caller' : 'time'} has ended`, async () => {
      const { limit, call } = limited();
      const race = watch(raceFor(call).winner());
      limit.end('over', isCallers);
      await turn();
      expect(race.settled.error).to.equal('over');
      expect(call.aborted).to.equal(isCallers);
      expect(attempts[0]?.ended).to.deep.equal({ reason: 'over', isCallers });
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

  it('ends when somebody further in knows that the caller has gone, with the error that this came to', async () => {
    for (const endsItself of [false, true]) {
      attempts = [];
      const call = callWith();
      const race = watch(raceFor(call, { endsItself }).winner());
      await clock.advance('100ms');
      const [first, second] = attempts;
      if (first) first.call.aborted = true;
      first?.reject('gone');
      await turn();
      expect(second?.ended).to.deep.equal({ reason: 'gone', isCallers: true });
      expect(call.aborted).to.equal(true);
      // What ends by itself is waited for.
      expect(race.settled.done).to.equal(!endsItself);
      second?.reject(unavailable());
      await turn();
      expect(race.settled.error).to.equal('gone');
    }
  });

  it("fails with the caller's reason, whatever an attempt fails with that he has ended", async () => {
    const controller = new AbortController();
    const race = watch(raceFor(callWith(controller.signal), { endsItself: true }).winner());
    controller.abort('gone');
    const [attempt] = attempts;
    if (attempt) attempt.call.aborted = true;
    attempt?.reject(unavailable());
    await turn();
    expect(race.settled).to.deep.equal({ done: true, error: 'gone' });
  });

  it('gives each attempt one call of its own, that knows until when the whole call may take', () => {
    const { call } = limited(5000);
    void raceFor(call).winner();
    const own = attempts[0]?.call;
    expect(own).to.not.equal(call);
    expect(attempts[0]?.call).to.equal(own);
    expect(own?.limit?.deadline).to.equal(5000);
    void raceFor(callWith()).winner();
    expect(attempts[1]?.call.limit?.deadline).to.equal(Number.POSITIVE_INFINITY);
  });

  it('says to an attempt that has lost why it ends', async () => {
    const won = raceFor(callWith()).winner();
    await clock.advance('100ms');
    attempts[1]?.resolve('yes');
    await won;
    const reason = attempts[0]?.ended?.reason as Error;
    expect([reason.name, reason.message]).to.deep.equal(['AbortError', 'Another attempt was faster.']);
  });

  it('sets no timer, and asks for none to be forgotten, as long as there is no time to wait', async () => {
    const site = siteOf(strict(clock));
    const won = raceFor(callWith(), { site, afterMs: () => undefined }).winner();
    expect(clock.timers).to.equal(0);
    attempts[0]?.resolve('yes');
    expect(await won).to.equal('yes');
  });

  it('tells of attempts on the channels of what it tells', async () => {
    const site = siteOf(clock);
    void raceFor(callWith(), { site, maxHedges: 2, afterMs: () => 50 }).winner();
    await clock.advance('50ms');
    while (site.budget.take(clock.now()));
    await clock.advance('50ms');
    expect(site.told.map(({ type, channel }) => [type, channel])).to.deep.equal([
      ['hedge_started', 'hedge_started'],
      ['hedge_refused', 'hedge_refused'],
    ]);
  });

  it('goes on the same when nobody listens', async () => {
    const site = siteOf(clock, false);
    const won = raceFor(callWith(), { site, maxHedges: 2, afterMs: () => 50 }).winner();
    await clock.advance('50ms');
    while (site.budget.take(clock.now()));
    await clock.advance('50ms');
    expect(attempts).to.have.lengthOf(2);
    attempts[1]?.resolve('yes');
    expect(await won).to.equal('yes');
  });
});
