import { expect } from 'chai';
import { StoreGuard } from '#lib/fleet/store/guard.js';
import { FakeClock } from '#lib/testing/index.js';

type Behaviour = 'answers' | 'hangs' | 'rejects' | 'throws';

describe('the guard of a store', () => {
  let clock: FakeClock;
  let behaviour: Behaviour;
  let asked: number;
  let told: string[];
  let triedAt: number[];
  let guard: StoreGuard;

  beforeEach(() => {
    clock = new FakeClock(0);
    behaviour = 'answers';
    asked = 0;
    told = [];
    triedAt = [];
    const store = {
      run: (): Promise<unknown> => {
        asked += 1;
        if (behaviour === 'throws') throw new Error('hunter2');
        if (behaviour === 'hangs') return new Promise(() => undefined);
        return behaviour === 'answers' ? Promise.resolve('answer') : Promise.reject(new Error('hunter2'));
      },
      close: () => Promise.resolve(),
    };
    guard = new StoreGuard(store, {
      timeoutMs: 250,
      clock,
      random: () => 0.999,
      onDegraded: (reason) => void told.push(reason),
      onRecovered: () => void told.push('recovered'),
      attempt: async () => {
        triedAt.push(clock.now());
        return (await guard.run([], [], true)) !== undefined;
      },
    });
  });

  afterEach(() => {
    guard.close();
    expect(clock.timers).to.equal(0);
  });

  async function ask(): Promise<unknown> {
    const asking = guard.run([], []);
    await clock.advance('250ms');
    return asking;
  }

  it('hands on what the store answers', async () => {
    expect(await ask()).to.equal('answer');
    expect(told).to.deep.equal([]);
  });

  for (const how of ['hangs', 'rejects', 'throws'] as const)
    it(`leaves a store alone that ${how} three times in a row, and says so once`, async () => {
      await ask();
      guard.succeeded();
      behaviour = how;
      for (let i = 0; i < 6; i += 1) expect(await ask()).to.equal(undefined);
      expect(told).to.deep.equal([how === 'hangs' ? 'timeout' : 'error']);
      // Three operations, and by then one or two tries.
      expect(asked).to.be.within(4, 6);
    });

  it('leaves a store alone at once that has never answered', async () => {
    behaviour = 'hangs';
    await ask();
    expect(guard.isDegraded).to.equal(true);
  });

  it('counts failures in a row alone', async () => {
    for (let i = 0; i < 5; i += 1) {
      behaviour = 'answers';
      await ask();
      guard.succeeded();
      behaviour = 'rejects';
      await ask();
      await ask();
    }
    expect(guard.isDegraded).to.equal(false);
  });

  it('tries again after waits that double up to half a minute, with one operation each', async () => {
    behaviour = 'rejects';
    await ask();
    const before = asked;
    await clock.advance('3m');
    const waits = triedAt.map((at, i) => Math.round((at - (triedAt[i - 1] ?? 0)) / 100) / 10);
    expect(waits.slice(0, 8)).to.deep.equal([0.5, 1, 2, 4, 8, 16, 30, 30]);
    expect(asked - before).to.equal(triedAt.length);
    behaviour = 'answers';
    await clock.advance('31s');
    expect(told).to.deep.equal(['error', 'recovered']);
    expect(await ask()).to.equal('answer');
  });

  it('asks nothing more once it is closed', async () => {
    guard.close();
    expect(await ask()).to.equal(undefined);
    expect(asked).to.equal(0);
  });
});
