import { expect } from 'chai';
import { circuit } from '#lib/index.js';
import { unusedCircuit } from '#lib/runtime/circuits.js';
import { quickest } from '../support/quickest.js';

describe('A text of many equal pieces', () => {
  it('is the name of a circuit in no time', () => {
    const name = '['.repeat(200_000);
    expect(quickest(() => circuit(name).state)).to.be.below(200);
    expect(unusedCircuit('orders[tenant]').name).to.equal('orders');
    expect(unusedCircuit('orders[a[b]').name).to.equal('orders');
    expect(unusedCircuit('orders[tenant').name).to.equal('orders[tenant');
    expect(unusedCircuit('orders]').name).to.equal('orders]');
  });
});
