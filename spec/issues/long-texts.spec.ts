import { expect } from 'chai';
import { paragraphsOf } from '#drill/passages/paragraphs.js';
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

  it('is read for its paragraphs in no time', () => {
    expect(timeOf(paragraphsOf, '```open\nx\n', 40_000)).to.be.below(1000);
    expect(timeOf(paragraphsOf, '~~~\n', 40_001)).to.be.below(1000);
  });

  it('has no paragraphs between fences, and keeps what a fence without an end begins', () => {
    const text = 'before\n\n```ts\ncode\n\n~~~\nmore\n```\n\nafter\n\n  ~~~\ncode\n  ~~~ \n\n```\nopen';
    expect(paragraphsOf(text)).to.deep.equal(['before', 'after', '``` open']);
  });
});
