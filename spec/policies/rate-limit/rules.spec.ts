import { expect } from 'chai';
import { rateLimitContradictions } from '#lib/policies/rate-limit/rules.js';

describe('Options of a rate limit that contradict each other', () => {
  it('are a shortest wait that is above the longest, both named with what was said', () => {
    expect(rateLimitContradictions({ minWait: '31s', maxWait: '30s' })).to.deep.equal([
      'minWait: expected at most maxWait (30s), got 31s',
    ]);
    expect(rateLimitContradictions({ minWait: '60s', maxWait: '1m' })).to.deep.equal([]);
  });

  it('are none while one of the two may still be said elsewhere', () => {
    for (const options of [{ minWait: '31s' }, { maxWait: '0s' }, {}] as const)
      expect(rateLimitContradictions(options)).to.deep.equal([]);
  });
});
