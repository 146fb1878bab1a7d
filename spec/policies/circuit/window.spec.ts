import { expect } from 'chai';
import { CountWindow, TimeWindow, type Window } from '#lib/policies/circuit/window.js';
import { including, NO_WINDOWS, type Windows, windowOf } from '#lib/policies/circuit/windows.js';

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

  it('is taken along whole, however full', () => {
    const window = new TimeWindow(1600);
    for (let at = 0; at < 1600; at += 100) window.add(1, 0, 0, 100_000 + at);
    window.forget(51_500);
    expect([...window.batches()].map(({ at }) => at)).to.deep.equal(
      Array.from({ length: 16 }, (_, i) => 50_000 + i * 100),
    );
    window.forget(51_600);
    expect(window.calls).to.equal(15);
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

  it('spreads failures evenly among calls of which it is not known which they were', () => {
    const window = new CountWindow(50);
    window.add(100, 50, 20);
    expect(tallyOf(window)).to.deep.equal([50, 25, 10]);
  });

  it('takes in more calls at once than it holds', () => {
    const window = new CountWindow(3);
    window.add(10, 9, 8);
    expect(tallyOf(window)).to.deep.equal([3, 3, 3]);
  });
});

describe('The windows of a circuit', () => {
  const time = { unit: 'ms', size: 1600 } as const;
  const count = { unit: 'calls', size: 3 } as const;

  const record = (windows: Windows, failures: number, slow: number, now: number): void => {
    for (const window of windows) window.add(1, failures, slow, now);
  };

  it('are made when they are first asked for, and stay in their order', () => {
    const both = including(including(NO_WINDOWS, time, 0), count, 0);
    expect(both.map(({ unit }) => unit)).to.deep.equal(['ms', 'calls']);
    expect([including(both, count, 0), including(both, time, 0)]).to.deep.equal([both, both]);
    expect(including(both, time, 0)).to.equal(both);
  });

  it('are apart where one counts as many calls as the other milliseconds', () => {
    const both = including(including(NO_WINDOWS, { unit: 'ms', size: 3 }, 0), count, 0);
    expect(both).to.have.length(2);
    expect([windowOf(both, count)?.unit, windowOf(both, { unit: 'ms', size: 3 })?.unit]).to.deep.equal(['calls', 'ms']);
  });

  it('begin with what is known, so that a new span forgets nothing that is in it', () => {
    const long = including(NO_WINDOWS, time, 0);
    for (const at of [0, 1000, 1500]) record(long, at === 0 ? 1 : 0, at > 0 ? 1 : 0, at);
    const newest = (windows: Windows): Window => windows.at(-1) as Window;
    expect(tallyOf(newest(including(long, { unit: 'ms', size: 800 }, 1500)))).to.deep.equal([2, 0, 2]);
    const calls = including(long, count, 1500);
    expect(tallyOf(newest(calls))).to.deep.equal([3, 1, 2]);
    expect(tallyOf(newest(including(calls, { unit: 'ms', size: 160 }, 1500)))).to.deep.equal([3, 1, 2]);
  });

  it('are a few at most, whatever spans the settings have had', () => {
    let windows = NO_WINDOWS;
    for (let size = 1; size <= 100; size++) windows = including(windows, { unit: 'calls', size }, 0);
    expect(windows.map(({ size }) => size)).to.deep.equal(Array.from({ length: 16 }, (_, i) => 85 + i));
  });
});
