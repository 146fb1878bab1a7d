import { expect } from 'chai';
import { largest, smallest } from '#lib/core/extremes.js';

describe('The largest and the smallest value', () => {
  it('are found among more values than fit into the arguments of one call', () => {
    const values = Array.from({ length: 200_000 }, (_, i) => i);
    expect(largest(values, 0)).to.equal(199_999);
    expect(smallest(values, 100)).to.equal(0);
  });

  it('are the bound if there is no value beyond it', () => {
    expect([largest([], 7), largest([3], 7)]).to.deep.equal([7, 7]);
    expect([smallest([], 7), smallest([9], 7)]).to.deep.equal([7, 7]);
  });
});
