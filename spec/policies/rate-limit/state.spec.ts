import { expect } from 'chai';
import fc from 'fast-check';
import { asOf, type Closed, limited, OPEN, shareMs } from '#lib/policies/rate-limit/state.js';

describe('The rules of the gate', () => {
  it('close it for exactly as long as was asked', () => {
    const closed = limited(OPEN, 2000, 10_000);
    expect(closed).to.deep.equal({ kind: 'closed', closedAt: 10_000, until: 12_000 });
    expect(asOf(closed, 11_999)).to.equal(closed);
    expect(asOf(closed, 10_000)).to.equal(closed);
    expect(asOf(closed, 12_000)).to.equal(OPEN);
  });

  it('keep the wish that lasts longer', () => {
    const closed = limited(OPEN, 2000, 10_000);
    expect(limited(closed, 500, 10_500)).to.equal(closed);
    expect(limited(closed, 1500, 10_500)).to.equal(closed);
    expect(limited(closed, 3000, 10_500)).to.include({ closedAt: 10_000, until: 13_500 });
  });

  it('close it for a day at most, so that an absurd wish does not close it for ever', () => {
    expect(limited(OPEN, Number.POSITIVE_INFINITY, 0).until).to.equal(24 * 3600 * 1000);
    expect(limited(OPEN, 1e15, 0).until).to.equal(24 * 3600 * 1000);
  });

  it('do not hold it closed for longer than was meant when the clock is set back', () => {
    const closed = limited(OPEN, 2000, 10_000_000);
    expect(asOf(closed, 1000)).to.deep.equal({ kind: 'closed', closedAt: 1000, until: 3000 });
  });

  it('never let anybody pass early, and nobody later than a fifth of the wait', () => {
    const time = fc.integer({ min: 0, max: 2 ** 40 });
    const wishes = fc.array(fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 100_000 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(time, wishes, fc.double({ min: 0, max: 0.999, noNaN: true }), (start, given, chance) => {
        let now = start;
        let longest = 0;
        let closed: Closed | undefined;
        for (const [later, ms] of given) {
          now += later;
          longest = Math.max(longest, now + ms);
          closed = limited(closed ?? OPEN, ms, now);
          expect(closed.until).to.be.at.least(now + ms);
        }
        expect(closed?.until).to.equal(longest);
        const share = shareMs(closed as Closed, () => chance);
        expect(share).to.be.within(0, 0.2 * ((closed as Closed).until - (closed as Closed).closedAt));
      }),
    );
  });
});
