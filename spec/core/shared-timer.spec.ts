import { AsyncLocalStorage } from 'node:async_hooks';
import { expect } from 'chai';
import sinon from 'sinon';
import { systemClock } from '#lib/core/clock.js';
import { type Started, startTimer } from '#lib/core/shared-timer.js';
import { FakeClock } from '#lib/testing/fake-clock.js';
import { library, runProgram } from '../support/program.js';

const spin = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until; );
};

describe('Timers of one length', () => {
  it('fire in their order, none early, though the thread was busy between their starts', async () => {
    const fired: { readonly number: number; readonly tookMs: number }[] = [];
    const COUNT = 200;
    await new Promise<void>((done) => {
      for (let number = 0; number < COUNT; number++) {
        if (number % 20 === 19) spin(2);
        const since = performance.now();
        startTimer(
          systemClock,
          () => {
            fired.push({ number, tookMs: performance.now() - since });
            if (fired.length === COUNT) done();
          },
          40,
        );
      }
    });
    expect(fired.map(({ number }) => number)).to.deep.equal([...fired.keys()]);
    // Node's own timers may be a millisecond early too.
    for (const { number, tookMs } of fired) expect(tookMs, `timer ${number}`).to.be.at.least(39);
  });

  it('fire in the async context of their start, and not once they are cancelled', async () => {
    const store = new AsyncLocalStorage<number>();
    const seen: unknown[] = [];
    const timers: Started[] = [];
    await new Promise<void>((done) => {
      for (let i = 0; i < 40; i++) timers.push(store.run(i, () => startTimer(systemClock, () => note(), 7)));
      const note = (): void => {
        seen.push(store.getStore());
        if (seen.length === 20) done();
      };
      for (let i = 1; i < 40; i += 2) timers[i]?.cancel();
    });
    expect(seen).to.deep.equal(Array.from({ length: 20 }, (_, i) => 2 * i));
    for (const timer of timers) timer.cancel();
  });

  it('may be started by one that fires', async () => {
    let count = 0;
    await new Promise<void>((done) => {
      const again = (): void => {
        count += 1;
        if (count === 5) done();
        else for (let i = 0; i < 20; i++) startTimer(systemClock, i === 19 ? again : () => undefined, 3);
      };
      again();
    });
    expect(count).to.equal(5);
  });

  it('go on for the others if one throws', async () => {
    const ended = await runProgram(`
      import { startTimer } from ${library('core/shared-timer.js')};
      import { systemClock } from ${library('core/clock.js')};
      process.on('uncaughtException', ({ message }) => console.log(message));
      startTimer(systemClock, () => { throw new Error('first'); }, 20);
      startTimer(systemClock, () => console.log('second'), 20);
      setTimeout(() => startTimer(systemClock, () => console.log('third'), 20), 5);
      setTimeout(() => startTimer(systemClock, () => console.log('fourth'), 20), 60);
    `);
    expect(ended.stdout.split('\n')).to.deep.equal(['first', 'second', 'third', 'fourth', '']);
  });

  it('of more than 24 days are as long as Node can wait', async () => {
    const ended = await runProgram(`
      import { Hedged, TimeLimited } from ${library('index.js')};
      const slow = () => new Promise((resolve) => setTimeout(resolve, 50, 'answer'));
      console.log(await Hedged({ after: '30d' })(slow)(), await TimeLimited('999d')(slow)());
    `);
    expect(ended).to.include({ stdout: 'answer answer\n', stderr: '', code: 0 });
  });

  it('fire in time though a test puts fakes in the place of the clocks, and takes them away again', async () => {
    const pause = setTimeout;
    const fired: number[] = [];
    startTimer(systemClock, () => fired.push(1), 30);
    const fakes = sinon.useFakeTimers();
    await new Promise((resolve) => pause(resolve, 60));
    fakes.restore();
    startTimer(systemClock, () => fired.push(2), 30);
    await new Promise((resolve) => pause(resolve, 60));
    expect(fired).to.deep.equal([1, 2]);
  });

  it('fire though a test has put a fake in the place of the monotonic clock alone', async () => {
    const fakes = sinon.useFakeTimers({ toFake: ['performance'] });
    try {
      await new Promise<void>((resolve) => void startTimer(systemClock, resolve, 5));
    } finally {
      fakes.restore();
    }
  });

  it("fire in the async context of their start also by a test's fake timers", async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const fakes = sinon.useFakeTimers();
    try {
      store.run('call', () => startTimer(systemClock, () => seen.push(store.getStore()), 20));
      await fakes.tickAsync(20);
    } finally {
      fakes.restore();
    }
    expect(seen).to.deep.equal(['call']);
  });

  it('go by the clock of a test', async () => {
    const clock = new FakeClock(0);
    let fired = 0;
    startTimer(clock, () => (fired += 1), 100);
    const cancelled = startTimer(clock, () => (fired += 1), 100);
    cancelled.cancel();
    cancelled.cancel();
    await clock.advance('100ms');
    expect([fired, clock.timers]).to.deep.equal([1, 0]);
  });
});
