import { expect } from 'chai';
import { CLOSED, type CircuitState } from '#lib/policies/circuit/state.js';
import { transitionEvent } from '#lib/policies/circuit/transition.js';

describe('The event of a transition', () => {
  const opened: CircuitState = { kind: 'open', openedAt: 0, until: 1000, trips: 2, reason: 'failure-rate' };
  const halfOpen: CircuitState = {
    kind: 'half-open',
    leases: [],
    issued: 0,
    successes: 0,
    failures: 0,
    probes: 1,
    trips: 1,
  };
  const isolated: CircuitState = { kind: 'isolated', reason: 'secret' };

  it('says what the circuit came into, and by which call', () => {
    const of = { circuit: 'c', method: 'Service.ask' };
    const eventOf = (state: CircuitState) => transitionEvent('c', state, { method: 'Service.ask' });
    expect(eventOf(CLOSED)).to.deep.equal({ type: 'circuit_closed', state: 'closed', ...of });
    expect(eventOf(halfOpen)).to.deep.equal({ type: 'circuit_half_open', state: 'half-open', ...of });
    const trip = { type: 'circuit_opened', state: 'open', trips: 2, reason: 'failure-rate' };
    expect(eventOf(opened)).to.deep.equal({ ...trip, ...of });
    expect(
      transitionEvent('c', opened, {
        method: 'Service.ask',
        failure: { kind: 'server', transient: true, status: 503 },
      }),
    ).to.deep.equal({
      ...{ ...trip, ...of, kind: 'server', status: 503 },
    });
  });

  it('names no method, nor a reason in the words of somebody, when it was by hand', () => {
    expect(transitionEvent('c', isolated)).to.deep.equal({ type: 'circuit_opened', state: 'isolated', circuit: 'c' });
    expect(transitionEvent('c', CLOSED)).to.deep.equal({ type: 'circuit_closed', state: 'closed', circuit: 'c' });
  });
});
