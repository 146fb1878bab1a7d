import { expect } from 'chai';
import { CountWindow, newWindow, TimeWindow } from '#lib/policies/circuit/window.js';
import { Windows } from '#lib/policies/circuit/windows.js';

const tallyOf = ({ calls, failures, slow }: { calls: number; failures: number; slow: number }) => [
  calls,
  failures,
  slow,
];

describe('A window of time', () => {
  it('forgets a call when it is exactly as old as the window, and no sooner where calls are apart', () => {
    const window = new TimeWindow(1600);
    window.add(1, 1, 0, 0);
    window.add(1, 0, 1, 100);
    window.forget(1599);
    expect(tallyOf(window)).to.deep.equal([2, 1, 1]);
    window.forget(1600);
    expect(tallyOf(window)).to.deep.equal([1, 0, 1]);
    window.forget(1700);
    expect(tallyOf(window)).to.deep.equal([0, 0, 0]);
  });

  it('forgets after a silence of any length', () => {
    const window = new TimeWindow(1600);
    for (let at = 0; at < 1600; at += 10) window.add(1, 1, 1, at);
    window.add(1, 0, 0, 1e9);
    expect(tallyOf(window)).to.deep.equal([1, 0, 0]);
  });

  it('counts any number of calls in the same memory', () => {
    const window = new TimeWindow(1600);
    for (let at = 0; at < 20_000; at += 1) window.add(1, at % 2, 0, at);
    expect(window.calls).to.be.within(1500, 1600);
    expect(window.failures / window.calls).to.be.closeTo(0.5, 0.01);
    expect([...window.batches()].length).to.be.at.most(16);
  });

  it('is taken along by a clock that is set back, so that nothing is remembered for longer', () => {
    const window = new TimeWindow(1600);
    window.add(1, 1, 0, 100_000);
    window.forget(50_000);
    expect(window.calls).to.equal(1);
    window.forget(51_599);
    expect(window.calls).to.equal(1);
    window.forget(51_600);
    expect(window.calls).to.equal(0);
  });
});

describe('A window of calls', () => {
  it('remembers the last ones, however long ago', () => {
    const window = new CountWindow(3);
    for (const [failures, slow] of [
      [1, 1],
      [1, 0],
      [0, 1],
      [0, 0],
    ] as const)
      window.add(1, failures, slow);
    window.forget();
    expect(tallyOf(window)).to.deep.equal([3, 1, 1]);
    expect([...window.batches()].map(tallyOf)).to.deep.equal([
      [1, 1, 0],
      [1, 0, 1],
      [1, 0, 0],
    ]);
  });

  it('takes in more calls at once than it holds', () => {
    const window = new CountWindow(3);
    window.add(10, 9, 8);
    expect(tallyOf(window)).to.deep.equal([3, 2, 1]);
  });
});

describe('The windows of a circuit', () => {
  const time = { unit: 'ms', size: 1600 } as const;
  const count = { unit: 'calls', size: 3 } as const;

  it('all see every call, so that methods of one circuit may look through windows of their own', () => {
    const windows = new Windows();
    windows.of(time, 0);
    windows.of(count, 0);
    for (let at = 0; at < 5; at++) windows.record(at === 0, at > 3, at);
    expect(tallyOf(windows.of(time, 5))).to.deep.equal([5, 1, 1]);
    expect(tallyOf(windows.of(count, 5))).to.deep.equal([3, 0, 1]);
  });

  it('begin with what is known, so that a new span forgets nothing that is in it', () => {
    const windows = new Windows();
    windows.of(time, 0);
    for (const at of [0, 1000, 1500]) windows.record(at === 0, at > 0, at);
    expect(tallyOf(windows.of({ unit: 'ms', size: 800 }, 1500))).to.deep.equal([2, 0, 2]);
    windows.of(time, 1500);
    expect(tallyOf(windows.of(count, 1500))).to.deep.equal([3, 1, 2]);
    expect(tallyOf(windows.of({ unit: 'ms', size: 160 }, 1500))).to.deep.equal([3, 1, 2]);
  });

  it('are a few at most, whatever spans the settings have had', () => {
    const windows = new Windows();
    for (let size = 1; size <= 100; size++) windows.of({ unit: 'calls', size }, 0);
    const before = windows.of({ unit: 'calls', size: 100 }, 0);
    const first = windows.of({ unit: 'calls', size: 1 }, 0);
    windows.record(true, false, 0);
    expect([before.calls, first.calls]).to.deep.equal([1, 1]);
    expect(newWindow(count).calls).to.equal(0);
  });
});
