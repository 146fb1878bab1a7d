import { expect } from 'chai';
import { checkedActual, checkedCost } from '#lib/policies/limiter/cost.js';
import { limiterContradictions, limiterRules } from '#lib/policies/limiter/rules.js';

describe('A cost', () => {
  it('is what was given, as long as it can be charged', () => {
    for (const cost of [0, 0.5, 1, 10]) expect(checkedCost(cost, 10)).to.deep.equal({ cost });
    expect(checkedActual(7, 10)).to.deep.equal({ cost: 7 });
  });

  it('is 1 if it cannot be, and is not corrected, with the reason', () => {
    for (const [given, problem] of [
      [Number.NaN, 'NaN'],
      [-1, 'a negative number'],
      ['5', 'no number'],
      [undefined, 'no number'],
      [Promise.reject(new Error('unheard')), 'a promise'],
    ] as const) {
      expect(checkedCost(given, 10)).to.deep.equal({ cost: 1, problem });
      expect(checkedActual(given, 10)).to.deep.equal({ problem });
    }
  });

  it('counts as the limit if it is above it', () => {
    for (const given of [11, Number.POSITIVE_INFINITY]) {
      expect(checkedCost(given, 10)).to.deep.equal({ cost: 10, problem: 'above the limit' });
      expect(checkedActual(given, 10)).to.deep.equal({ cost: 10, problem: 'above the limit' });
    }
  });
});

describe('The options of a limiter', () => {
  it('have durations in milliseconds and a burst of one, if unset', () => {
    expect(limiterRules({ limit: 60, per: '1m' })).to.deep.equal({ limit: 60, perMs: 60_000, burst: 1 });
    expect(limiterRules({ limit: 60, per: '1s', burst: 9 })).to.deep.equal({ limit: 60, perMs: 1000, burst: 9 });
  });

  it('are wrong without a limit and a time, or with a burst above the limit', () => {
    expect(limiterContradictions({ limit: 5, per: '1s', burst: 6 })).to.deep.equal([
      'burst: expected at most limit (5), got 6',
    ]);
    expect(limiterContradictions({})).to.have.length(2);
    expect(limiterContradictions({ limit: 5, per: '1s', burst: 5 })).to.deep.equal([]);
  });
});
