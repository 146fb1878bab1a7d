import { expect } from 'chai';
import { retryContradictions } from '#lib/policies/retry/rules.js';

describe('Options of a retry that contradict each other', () => {
  it('are a shortest wait that is above the longest, both named with what was said', () => {
    expect(retryContradictions({ minWait: '11s', maxWait: '10s' })).to.deep.equal([
      'minWait: expected at most maxWait (10s), got 11s',
    ]);
    expect(retryContradictions({ minWait: '60s', maxWait: '1m' })).to.deep.equal([]);
  });

  it('are none while one of the two may still be said elsewhere', () => {
    for (const options of [{ minWait: '11s' }, { maxWait: '0s' }, {}] as const)
      expect(retryContradictions(options)).to.deep.equal([]);
  });
});
