import { expect } from 'chai';
import { type Layer, NEVER, noteSpent, spentOnError, spentOnValue, currentMark } from '#lib/policies/retry/spent.js';

describe('What retries have given up on', () => {
  const layers: Layer[] = [{ identity: {}, name: 'Service.ask', attempts: 3 }];

  it('is known of the error and of what it caused, from a moment before on', () => {
    const before = currentMark();
    const error = new Error('given up');
    noteSpent(error, layers);
    const later = new Error('later', { cause: error });
    expect([spentOnError(error, before), spentOnError(later, before)]).to.deep.equal([layers, layers]);
    for (const since of [currentMark(), NEVER]) expect(spentOnError(later, since)).to.deep.equal([]);
    expect(spentOnError(new Error('another'), before)).to.deep.equal([]);
  });

  it('is known of a value by itself, and of nothing that cannot be told from another', () => {
    const before = currentMark();
    const value = { state: 'pending' };
    for (const outcome of [value, null, undefined, 'pending', 7]) noteSpent(outcome, layers);
    expect(spentOnValue(value, before)).to.equal(layers);
    for (const outcome of [{ state: 'pending' }, null, undefined, 'pending', 7])
      expect(spentOnValue(outcome, before)).to.deep.equal([]);
  });
});
