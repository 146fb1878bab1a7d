import { expect } from 'chai';
import { BOUNDS_S, Durations } from '#lib/call/durations.js';

describe('The durations of calls', () => {
  it('have bounds from 10 ms to 81.92 s, each twice the one before', () => {
    expect(BOUNDS_S[0]).to.equal(0.01);
    expect(BOUNDS_S.at(-1)).to.be.closeTo(81.92, 1e-9);
    for (const [n, bound] of BOUNDS_S.slice(1).entries())
      expect(bound / (BOUNDS_S[n] as number)).to.be.closeTo(2, 1e-9);
  });

  it('are counted in the first bucket whose bound they do not exceed, or in the last', () => {
    const bucketOf = (ms: number): number => {
      const durations = new Durations();
      durations.add(ms);
      expect(durations.sum).to.equal(ms / 1000);
      expect(durations.counts).to.have.lengthOf(BOUNDS_S.length + 1);
      return durations.counts.indexOf(1);
    };
    expect([0, 1, 10].map(bucketOf)).to.deep.equal([0, 0, 0]);
    expect([10.1, 20, 20.1, 40, 41].map(bucketOf)).to.deep.equal([1, 1, 2, 2, 3]);
    expect([81_920, 81_921, 1e9].map(bucketOf)).to.deep.equal([13, 14, 14]);
    expect(bucketOf(0.000_1)).to.equal(0);
  });

  it('add up', () => {
    const durations = new Durations();
    for (const ms of [5, 5, 30]) durations.add(ms);
    expect(durations.counts.slice(0, 3)).to.deep.equal([2, 0, 1]);
    expect(durations.sum).to.be.closeTo(0.04, 1e-9);
  });
});
