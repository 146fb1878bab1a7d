import { expect } from 'chai';
import type { Admission } from '#lib/core/call.js';
import { Circuit } from '#lib/policies/circuit/circuit.js';
import type { CircuitRules } from '#lib/policies/circuit/rules.js';
import type { Outcome } from '#lib/policies/circuit/state.js';

const RULES: CircuitRules = {
  failureThreshold: 2,
  rates: undefined,
  recoveryMs: 1000,
  recoveryGrowth: 1,
  maxRecoveryMs: 1000,
  probes: 1,
  probeSuccess: 1,
  probeIntervalMs: 300,
  rampUpMs: 0,
};
const RATES: CircuitRules = {
  ...RULES,
  rates: {
    ...{ window: { unit: 'calls', size: 10 }, minimumCalls: 10 },
    ...{ failureRate: 0.5, slowCallRate: Number.POSITIVE_INFINITY, slowCallMs: Number.POSITIVE_INFINITY },
  },
};
const noChance = (): number => 0;

describe('A circuit', () => {
  /** Runs one call at a time from its admission to its end. */
  function circuitOf(rules: CircuitRules = RULES) {
    const circuit = new Circuit('c');
    const end = (admission: Admission | undefined, outcome: Outcome, now: number, by = rules): boolean =>
      circuit.settle(outcome, admission as Admission, now, by, noChance);
    const call = (outcome: Outcome, now: number, by = rules): boolean => end(circuit.admit(now, by), outcome, now, by);
    const trip = (now = 0): void => {
      while (circuit.stateAt(now).kind !== 'open') call('failure', now);
    };
    return { circuit, call, end, trip };
  }

  it('lets all calls in on the same terms while it is closed, of a later period on others', () => {
    const { circuit, call, trip } = circuitOf();
    const { admission } = circuit;
    expect(admission).to.include({ circuit, epoch: 0, lease: 0 });
    expect(circuit.admit(0, RULES)).to.equal(admission);
    call('failure', 0);
    expect(circuit.admission).to.equal(admission);
    trip();
    expect(circuit.admission).to.equal(undefined);
    expect(circuit.admit(1000, RULES)).to.include({ epoch: 2, lease: 1 });
    expect(circuit.admission).to.equal(undefined);
    circuit.reset(1000);
    expect(circuit.admission).to.include({ epoch: 3, lease: 0 }).and.to.equal(circuit.admit(1000, RULES));
  });

  it('decides on every call while it ramps up, and no longer when that is over', () => {
    const rules = { ...RULES, rampUpMs: 100 };
    const { circuit, call, trip } = circuitOf(rules);
    trip();
    expect(call('success', 1000)).to.equal(true);
    expect(circuit.stateAt(1000).kind).to.equal('closed');
    expect(circuit.admission).to.equal(undefined);
    expect(circuit.admit(1000, rules)).to.equal(undefined);
    expect(circuit.admit(1100, rules)).to.equal(circuit.admission).and.not.to.equal(undefined);
  });

  it('is pristine while a success would change nothing', () => {
    const { circuit, call } = circuitOf();
    expect(circuit.isPristine).to.equal(true);
    call('failure', 0);
    expect(circuit.isPristine).to.equal(false);
    call('success', 0);
    expect(circuit.isPristine).to.equal(true);
    call('success', 0, RATES);
    expect(circuit.isPristine).to.equal(false);
    circuit.reset(1000);
    expect(circuit.isPristine).to.equal(true);
  });

  it('refuses at this moment only while it is open and its recovery is not over', () => {
    const { circuit, trip } = circuitOf();
    expect(circuit.isRefusing(0)).to.equal(false);
    trip();
    expect([0, 999, 1000].map((now) => circuit.isRefusing(now))).to.deep.equal([true, true, false]);
    circuit.admit(1000, RULES);
    expect(circuit.isRefusing(1000)).to.equal(false);
  });

  it('turns away who came in before, for as long as it is not closed again', () => {
    const { circuit, trip, call } = circuitOf();
    expect(circuit.hasTurnedAway(0)).to.equal(false);
    trip();
    expect(circuit.hasTurnedAway(0)).to.equal(true);
    const probe = circuit.admit(1000, RULES) as Admission;
    expect([circuit.hasTurnedAway(0), circuit.hasTurnedAway(probe.epoch)]).to.deep.equal([true, false]);
    call('ignored', 1300);
    expect(call('success', 1300)).to.equal(true);
    expect([circuit.hasTurnedAway(0), circuit.hasTurnedAway(probe.epoch)]).to.deep.equal([false, false]);
  });

  it('says to those who listen that it refuses from now on, and not that it closes', () => {
    const { circuit, trip, call } = circuitOf();
    const heard: string[] = [];
    const stop = circuit.onRefusing(() => heard.push('first'));
    circuit.onRefusing(() => heard.push('second'));
    trip();
    expect(heard.splice(0)).to.deep.equal(['first', 'second']);
    call('success', 1000);
    expect([circuit.stateAt(1000).kind, heard]).to.deep.equal(['closed', []]);
    stop();
    circuit.isolate();
    expect(heard).to.deep.equal(['second']);
  });

  it('gives all who are refused in one state the same error, and those of another time another one', () => {
    const { circuit, trip } = circuitOf();
    const now = (): number => 0;
    trip();
    const refusal = circuit.refusal(now);
    expect(circuit.refusal(now)).to.equal(refusal);
    expect(circuit.refusalOf(now)).not.to.equal(refusal);
    circuit.isolate();
    expect(circuit.refusal(now)).not.to.equal(refusal);
  });

  it('looks at no window while it tries out the upstream', () => {
    const rules = { ...RATES, probes: 2 };
    const { circuit, call, trip } = circuitOf(rules);
    call('success', 0);
    expect(circuit.tallyAt(0)).to.include({ calls: 1, failures: 0 });
    trip();
    call('success', 1000);
    expect([circuit.stateAt(1000).kind, circuit.tallyAt(1000)]).to.deep.equal(['half-open', undefined]);
  });

  it('sees the calls of a method without rates through the windows of others', () => {
    const { circuit, call } = circuitOf();
    call('success', 0, RATES);
    call('success', 0, RULES);
    call('failure', 0, RULES);
    expect(circuit.tallyAt(0)).to.include({ calls: 3, failures: 1 });
  });

  it('is moved by hand only where it is not there yet', () => {
    const { circuit } = circuitOf();
    expect([circuit.reset(1000), circuit.isolate('a'), circuit.isolate('b'), circuit.reset(1000)]).to.deep.equal([
      false,
      true,
      false,
      true,
    ]);
    expect(circuit.epoch).to.equal(2);
  });
});
