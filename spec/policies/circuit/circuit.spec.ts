import { expect } from 'chai';
import fc from 'fast-check';
import { Admission } from '#lib/call/admission.js';
import { CircuitOpenError } from '#lib/core/errors.js';
import { Circuit } from '#lib/policies/circuit/circuit.js';
import type { CircuitPeer } from '#lib/policies/circuit/peer.js';
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
const CAUSE = { method: 'Service.ask' };

describe('A circuit', () => {
  /** Runs one call at a time from its admission to its end. */
  function circuitOf(rules: CircuitRules = RULES) {
    const circuit = new Circuit('c');
    const end = (admission: Admission | undefined, outcome: Outcome, now: number, by = rules): boolean =>
      circuit.settle(outcome, admission as Admission, now, by, noChance, {}, CAUSE);
    const call = (outcome: Outcome, now: number, by = rules): boolean =>
      end(circuit.admit(now, by, CAUSE), outcome, now, by);
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

  it('lets the next call through to whoever waits for it, also while it is open', () => {
    const { circuit, trip } = circuitOf();
    trip();
    let calls = 0;
    circuit.onNextCall(() => (calls += 1));
    expect(circuit.isRejecting(0)).to.equal(false);
    circuit.called();
    circuit.called();
    expect(calls).to.equal(1);
    expect(circuit.isRejecting(0)).to.equal(true);
  });

  it('forgets failures in a row without a look at the clock, and leaves any more to settle', () => {
    const { circuit, call, trip } = circuitOf();
    const admitted = circuit.admission as Admission;
    const heard: string[] = [];
    circuit.outside.peer = {
      failed: () => heard.push('failed'),
      succeeded: () => heard.push('succeeded'),
    } as unknown as CircuitPeer;
    call('failure', 0);
    expect(circuit.clear(new Admission(circuit, circuit.epoch - 1, 0))).to.equal(false);
    expect(circuit.isPristine).to.equal(false);
    expect(circuit.clear(admitted)).to.equal(true);
    expect(circuit.isPristine).to.equal(true);
    expect(heard).to.deep.equal(['failed', 'succeeded']);
    expect(circuit.outside.outcomes).to.equal(2);
    call('success', 0, RATES);
    expect(circuit.clear(admitted)).to.equal(false);
    trip();
    expect(circuit.clear(admitted)).to.equal(false);
  });

  it('forgets as settle does, after any history', () => {
    const histories = fc.array(fc.tuple(fc.constantFrom('failure', 'attempt', 'success'), fc.nat(3)), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(histories, (history) => {
        const rules = { ...RULES, failureThreshold: 4, rampUpMs: 50 };
        const [short, long] = [new Circuit('a'), new Circuit('a')];
        let now = 0;
        for (const [outcome, wait] of history) {
          now += 400 * wait;
          for (const circuit of [short, long]) {
            const admission = circuit.admit(now, rules);
            if (!admission) continue;
            if (outcome === 'attempt') circuit.attemptFailed(3, admission, now, rules, noChance);
            else if (outcome === 'failure') circuit.settle('failure', admission, now, rules, noChance);
            else if (circuit === long || !(circuit.isPristine || circuit.clear(admission)))
              circuit.settle('success', admission, now, rules, noChance);
          }
          expect([short.stateAt(now), short.epoch]).to.deep.equal([long.stateAt(now), long.epoch]);
          expect(short.admission === undefined).to.equal(long.admission === undefined);
        }
      }),
    );
  });

  it('leaves a success during a ramp to settle', () => {
    const rules = { ...RULES, rampUpMs: 100 };
    const { circuit, call, trip } = circuitOf(rules);
    trip();
    call('success', 1000);
    const admitted = new Admission(circuit, circuit.epoch, 0);
    expect(circuit.clear(admitted)).to.equal(false);
  });

  it('refuses at this moment only while it is open and its recovery is not over', () => {
    const { circuit, trip } = circuitOf();
    expect(circuit.isRejecting(0)).to.equal(false);
    trip();
    expect([0, 999, 1000].map((now) => circuit.isRejecting(now))).to.deep.equal([true, true, false]);
    circuit.admit(1000, RULES);
    expect(circuit.isRejecting(1000)).to.equal(false);
  });

  it('turns away who came in before, for as long as it is not closed again', () => {
    const { circuit, trip, call } = circuitOf();
    expect(circuit.rejectsSince(0)).to.equal(false);
    trip();
    expect(circuit.rejectsSince(0)).to.equal(true);
    const probe = circuit.admit(1000, RULES) as Admission;
    expect([circuit.rejectsSince(0), circuit.rejectsSince(probe.epoch)]).to.deep.equal([true, false]);
    call('ignored', 1300);
    expect(call('success', 1300)).to.equal(true);
    expect([circuit.rejectsSince(0), circuit.rejectsSince(probe.epoch)]).to.deep.equal([false, false]);
  });

  it('calls those who subscribed after each transition, with the state, the epoch and what brought it about', () => {
    const { circuit, trip, call } = circuitOf();
    const seen: unknown[] = [];
    const stop = circuit.onTransition((...transition) => seen.push(transition));
    circuit.onTransition(({ kind }) => seen.push(kind));
    trip();
    expect(seen.splice(0)).to.deep.equal([[circuit.stateAt(0), 1, CAUSE], 'open']);
    call('success', 1000);
    const kinds = seen.splice(0).map((one) => (Array.isArray(one) ? (one as [{ kind: string }])[0].kind : one));
    expect(kinds).to.deep.equal(['half-open', 'half-open', 'closed', 'closed']);
    stop();
    circuit.isolate();
    expect(seen).to.deep.equal(['isolated']);
  });

  it('takes a state from outside, and goes on from it', () => {
    const { circuit, call } = circuitOf();
    const seen: unknown[] = [];
    circuit.onTransition((state) => seen.push(state));
    const open = { kind: 'open', openedAt: 0, until: 500, trips: 1, reason: 'failures' } as const;
    expect(circuit.adopt(open)).to.equal(true);
    expect(seen).to.deep.equal([open]);
    expect([circuit.epoch, circuit.isRejecting(499), circuit.admission]).to.deep.equal([1, true, undefined]);
    expect(circuit.adopt({ ...open, until: 700 })).to.equal(false);
    expect(circuit.isRejecting(699)).to.equal(true);
    expect(call('success', 700)).to.equal(true);
    expect(circuit.stateAt(700).kind).to.equal('closed');
  });

  it('makes an error of its own for each call that it rejects, which says when to ask again', () => {
    const { circuit, trip } = circuitOf();
    let at = 0;
    const now = (): number => at;
    trip();
    const [thrown, other] = [circuit.rejection(now), circuit.rejection(now)];
    const [given, another] = [
      circuit.rejectionsBy(now).given('Service.ask'),
      circuit.rejectionsBy(now).given('Service.ask'),
    ];
    expect(new Set([thrown, other, given, another]).size).to.equal(4);
    at = 400;
    for (const error of [thrown, given]) {
      expect(error).to.be.instanceOf(CircuitOpenError);
      expect(error).to.include({ name: 'CircuitOpenError', circuit: 'c', state: 'open', retryAfterMs: 600 });
      expect(error.message).to.equal(
        'The circuit "c" is open: the call was not made. See retryAfterMs for when to ask again.',
      );
    }
    (given as { note?: string }).note = 'mine';
    expect((another as { note?: string }).note).to.equal(undefined);
    circuit.isolate();
    expect(circuit.rejection(now)).to.include({ state: 'isolated', retryAfterMs: Number.POSITIVE_INFINITY });
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
