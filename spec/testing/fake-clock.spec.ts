import { AsyncLocalStorage } from 'node:async_hooks';
import { expect } from 'chai';
import { ConfigurationError, configure, type Duration, Hedged, onEvent, TimeLimited } from '#lib/index.js';
import { FakeClock } from '#lib/testing/index.js';

describe('FakeClock', () => {
  it('begins at the real time, or where it is told to, and stands still', async () => {
    expect(new FakeClock().now()).to.be.closeTo(Date.now(), 1000);
    const clock = new FakeClock(5);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(clock.now()).to.equal(5);
  });

  it('fires timers in their order, each at its own moment', async () => {
    const clock = new FakeClock(0);
    const fired: [string, number][] = [];
    const fire = (name: string) => () => fired.push([name, clock.now()]);
    clock.setTimer(fire('b'), 20);
    clock.setTimer(fire('a'), 10);
    clock.setTimer(fire('c'), 20);
    clock.setTimer(fire('late'), 31);
    clock.clearTimer(clock.setTimer(fire('never'), 5));
    expect(clock.timers).to.equal(4);
    await clock.advance('30ms');
    expect(fired).to.deep.equal([
      ['a', 10],
      ['b', 20],
      ['c', 20],
    ]);
    expect(clock.now()).to.equal(30);
    expect(clock.timers).to.equal(1);
  });

  it('lets what a timer sets off run before the next one, and fires timers set meanwhile', async () => {
    const clock = new FakeClock(0);
    const seen: number[] = [];
    const loop = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await new Promise<void>((resolve) => clock.setTimer(resolve, 10));
        seen.push(clock.now());
      }
    };
    const done = loop();
    await clock.advance('1s');
    await done;
    expect(seen).to.deep.equal([10, 20, 30]);
  });

  it('goes on after a timer that threw', async () => {
    const clock = new FakeClock(0);
    clock.setTimer(() => {
      throw new Error('a timer');
    }, 1);
    expect(await clock.advance('1s').catch((error: Error) => error.message)).to.equal('a timer');
    await clock.advance('1s');
    expect(clock.now()).to.be.at.least(1000);
  });

  it('advances in order when it is told twice at once', async () => {
    const clock = new FakeClock(0);
    const times = await Promise.all([
      clock.advance('1s').then(() => clock.now()),
      clock.advance('2s').then(() => clock.now()),
    ]);
    expect(times).to.deep.equal([1000, 3000]);
  });

  it('never fires a timer that is set for no moment', async () => {
    const clock = new FakeClock(0);
    clock.setTimer(() => expect.fail('it fired'), Number.NaN);
    await clock.advance('1h');
    expect(clock.timers).to.equal(1);
  });

  it('runs each callback in the async context of whoever set the timer, as timers of Node are', async () => {
    const clock = new FakeClock(0);
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    for (const name of ['first', 'second'])
      request.run(name, () =>
        clock.setTimer(() => {
          seen.push(request.getStore());
          clock.setTimer(() => seen.push(request.getStore()), 1000);
        }, 1000),
      );
    clock.setTimer(() => seen.push(request.getStore()), 500);
    await request.run('test', () => clock.advance('2s'));
    expect(seen).to.deep.equal([undefined, 'first', 'second', 'first', 'second']);
  });

  it('keeps hedges and the ends of time limits in the context of their call', async () => {
    const clock = new FakeClock();
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const undo = [
      configure({ clock, settings: { log: { level: 'silent' } } }),
      onEvent(({ type }) => seen.push([type, request.getStore()])),
    ];
    try {
      const hedged = Hedged({ after: '1s' })(async function hedged() {
        seen.push(['attempt', request.getStore()]);
        return new Promise<never>(() => undefined);
      });
      const limited = TimeLimited('3s')(hedged);
      const asked = request.run('caller', () => limited().catch(() => request.getStore()));
      await request.run('test', () => clock.advance('3s'));
      expect(await asked).to.equal('caller');
      expect(seen).to.deep.equal(
        ['attempt', 'attempt', 'hedge_started', 'time_limited', 'call_failed'].map((what) => [what, 'caller']),
      );
    } finally {
      for (const restore of undo) restore();
    }
  });

  for (const value of ['soon', 5, '-1s', undefined]) {
    it(`refuses ${String(value)} as a duration`, () => {
      expect(() => new FakeClock().advance(value as Duration)).to.throw(ConfigurationError, 'expected a duration');
    });
  }
});
