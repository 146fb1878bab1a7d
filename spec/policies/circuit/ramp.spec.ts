import { expect } from 'chai';
import { afterCall, isOver, type Ramp, rampFrom } from '#lib/policies/circuit/ramp.js';

describe('The ramp of a circuit that has closed', () => {
  const ramp = rampFrom(1000, 400) as Ramp;

  const admittedOf = (calls: number, now: number): number => {
    let at = ramp;
    let count = 0;
    for (let i = 0; i < calls; i++) {
      const { ramp: next, admitted } = afterCall(at, now);
      at = next;
      if (admitted) count += 1;
    }
    return count;
  };

  it('is none where it takes no time', () => {
    expect(rampFrom(1000, 0)).to.equal(undefined);
    expect(rampFrom(1000, 1)).to.include({ since: 1000, until: 1001 });
  });

  it('is over at its end to the millisecond, not before', () => {
    expect([1000, 1399, 1400].map((now) => isOver(ramp, now))).to.deep.equal([false, false, true]);
  });

  it('is over for a clock that was set back before its beginning', () => {
    expect(isOver(ramp, 999)).to.equal(true);
  });

  it('admits the share of calls that has gone by of it, rounded to the nearest whole call', () => {
    expect([1000, 1100, 1200, 1300].map((now) => admittedOf(100, now))).to.deep.equal([0, 25, 50, 75]);
    expect([1, 2, 3, 4, 5, 6].map((calls) => admittedOf(calls, 1100))).to.deep.equal([0, 1, 1, 1, 1, 2]);
  });

  it('counts a call that is admitted as one, and one that is refused as none', () => {
    const refused = afterCall(ramp, 1100);
    expect(refused).to.deep.equal({ ramp: { ...ramp, credit: 0.75 }, admitted: false });
    expect(afterCall(refused.ramp, 1100)).to.deep.equal({ ramp: { ...ramp, credit: 0 }, admitted: true });
  });
});
