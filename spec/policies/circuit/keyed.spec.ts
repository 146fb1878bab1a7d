import { expect } from 'chai';
import type { Admission } from '#lib/call/admission.js';
import { Circuit } from '#lib/policies/circuit/circuit.js';
import { KeyedCircuits } from '#lib/policies/circuit/keyed.js';
import type { CircuitRules } from '#lib/policies/circuit/rules.js';
import { CountWindow } from '#lib/policies/circuit/window.js';

describe('The circuits of keys', () => {
  const now = (): number => 0;

  const rules: CircuitRules = {
    ...{ failureThreshold: 1, rates: undefined, recoveryMs: 1000, recoveryGrowth: 1, maxRecoveryMs: 1000 },
    ...{ probes: 1, probeSuccess: 1, probeIntervalMs: 300, rampUpMs: 0 },
  };
  const trip = (circuit: Circuit, at: number): void => {
    circuit.settle('failure', circuit.admit(at, rules) as Admission, at, rules, () => 0);
  };
  const keysOf = (circuits: KeyedCircuits): string[] => [...circuits].map(([key]) => key);

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

  it('are at most twice as many as asked for, however many fail, and those unused longest go', () => {
    const circuits = new KeyedCircuits((key) => new Circuit(key));
    let most = 0;
    for (let i = 0; i < 20_000; i++) {
      trip(circuits.get(`k${i}`, 1000, now), 0);
      if (i % 100 === 0) most = Math.max(most, [...circuits].length);
    }
    expect(most).to.equal(2000);
    const fresh = new KeyedCircuits((key) => new Circuit(key));
    for (let i = 0; i < 12; i++) {
      trip(fresh.get(`k${i}`, 5, now), 0);
      fresh.get('k0', 5, now);
    }
    expect(keysOf(fresh)).to.have.lengthOf(10).and.to.include.members(['k0', 'k3', 'k11']).and.not.to.include('k1');
  });

  it('forget those that have recovered before those that reject', () => {
    const circuits = new KeyedCircuits((key) => new Circuit(key));
    for (let i = 0; i < 6; i++) trip(circuits.get(`old${i}`, 3, now), 0);
    expect([...circuits]).to.have.lengthOf(6);
    const later = (): number => 1000;
    trip(circuits.get('new', 3, later), 1000);
    for (let i = 0; i < 5; i++) circuits.get(`healthy${i}`, 3, later);
    expect(keysOf(circuits)).to.include('new');
    expect([...circuits].length).to.be.at.most(3 + 1);
  });

  it('heed a bound that has become smaller', () => {
    const circuits = new KeyedCircuits((key) => new Circuit(key));
    for (let i = 0; i < 1000; i++) circuits.get(`k${i}`, 1000, now);
    circuits.get('one more', 10, now);
    expect([...circuits].length).to.be.at.most(20);
    expect(keysOf(circuits)).to.include.members(['one more', 'k999']);
  });

  it('cost a new key no memory of the calls that its window has not seen', () => {
    const window = new CountWindow(100_000);
    window.add(1, 1, 0);
    expect(window.room).to.be.at.most(16);
    window.add(99_999, 0, 0);
    expect([window.room, window.calls, window.failures]).to.deep.equal([100_000, 100_000, 1]);
    window.add(1, 0, 0);
    expect([window.room, window.calls, window.failures]).to.deep.equal([100_000, 100_000, 0]);
  });
});
