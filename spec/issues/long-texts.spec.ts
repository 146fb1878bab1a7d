import { expect } from 'chai';
import { circuit } from '#lib/index.js';
import { unusedCircuit } from '#lib/runtime/circuits.js';

/** Milliseconds that a function takes for a text of `n` pieces. */
function timeOf(read: (text: string) => unknown, piece: string, n: number): number {
  const text = piece.repeat(n);
  const start = performance.now();
  read(text);
  return performance.now() - start;
}

describe('A text of many equal pieces', () => {
  it('is the name of a circuit in no time', () => {
    expect(timeOf((name) => circuit(name).state, '[', 200_000)).to.be.below(200);
    expect(unusedCircuit('orders[tenant]').name).to.equal('orders');
    expect(unusedCircuit('orders[a[b]').name).to.equal('orders');
    expect(unusedCircuit('orders[tenant').name).to.equal('orders[tenant');
    expect(unusedCircuit('orders]').name).to.equal('orders]');
  });
});
