import { expect } from 'chai';
import { Circuit } from '#lib/policies/circuit/circuit.js';
import { KeyedCircuits } from '#lib/policies/circuit/keyed.js';

describe('The circuits of keys', () => {
  const now = (): number => 0;

  it('are one for each key', () => {
    const circuits = new KeyedCircuits((key) => new Circuit(`c:${key}`));
    const first = circuits.get('a', 2, now);
    expect(first.name).to.equal('c:a');
    expect(circuits.get('b', 2, now)).not.to.equal(first);
    expect(circuits.get('a', 2, now)).to.equal(first);
  });

  it('forget the least recently used, but none that is isolated', () => {
    const circuits = new KeyedCircuits((key) => new Circuit(key));
    const isolated = circuits.get('isolated', 2, now);
    isolated.isolate();
    const forgotten = circuits.get('forgotten', 2, now);
    circuits.get('new', 2, now);
    expect([...circuits].map(([key]) => key)).to.have.members(['isolated', 'new']);
    expect(circuits.get('isolated', 2, now)).to.equal(isolated);
    expect(circuits.get('forgotten', 2, now)).not.to.equal(forgotten);
  });
});
