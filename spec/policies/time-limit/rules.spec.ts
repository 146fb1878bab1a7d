import { expect } from 'chai';
import { timeLimitContradictions } from '#lib/policies/time-limit/rules.js';

describe('The rules of a time limit', () => {
  it('let a part take as long as the whole, and no longer', () => {
    const limits = { limit: '2s', firstChunk: '2s', betweenChunks: '2000ms' } as const;
    expect(timeLimitContradictions(limits)).to.deep.equal([]);
    expect(timeLimitContradictions({ ...limits, betweenChunks: '2001ms' })).to.deep.equal([
      'betweenChunks: expected at most limit (2s), got 2001ms',
    ]);
  });
});
