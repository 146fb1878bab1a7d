import { expect } from 'chai';
import fc from 'fast-check';
import { Circuit } from '#lib/policies/circuit/circuit.js';
import type { CircuitRules } from '#lib/policies/circuit/rules.js';
import {
  admit,
  asOf,
  CLOSED,
  type CircuitState,
  open,
  type Outcome,
  retryAfterMs,
  settle,
} from '#lib/policies/circuit/state.js';
import type { Admission } from '#lib/core/call.js';

const RULES: CircuitRules = {
  failureThreshold: 3,
  recoveryMs: 1000,
  recoveryGrowth: 2,
  maxRecoveryMs: 4000,
  probes: 2,
  probeIntervalMs: 300,
};
const noChance = (): number => 0;

type Step =
  | { readonly do: 'call' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'end'; readonly which: number; readonly outcome: Outcome };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ do: 'call' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 1, 100, 299, 300, 999, 1000, 4000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(20),
      outcome: fc.constantFrom<Outcome>('success', 'failure', 'failure', 'rejected', 'ignored'),
    }),
  },
);

/**
 * A slow circuit that is obviously right: it remembers everything that ever happened, and works out each time from the
 * beginning of the present state what follows from it.
 */
class Model {
  now = 0;
  kind: CircuitState['kind'] = 'closed';
  epoch = 0;
  since = 0;
  trips = 0;
  history: { readonly lease: number; readonly outcome: Outcome; readonly late: boolean }[] = [];
  leases: { readonly id: number; readonly from: number }[] = [];

  #enter(kind: CircuitState['kind']): void {
    this.kind = kind;
    this.epoch += 1;
    this.since = this.now;
    this.history = [];
    this.leases = [];
    if (kind === 'closed') this.trips = 0;
    if (kind === 'open') this.trips += 1;
  }

  get recovery(): number {
    return Math.min(1000 * 2 ** (this.trips - 1), 4000);
  }

  /** The lease of a call that may pass, 0 for an ordinary one, -1 for a refusal. */
  call(): number {
    if (this.kind === 'open' && this.now - this.since >= this.recovery) this.#enter('half-open');
    if (this.kind === 'closed') return 0;
    if (this.kind === 'open') return -1;
    const ended = new Set(this.history.map(({ lease }) => lease));
    const out = this.leases.filter(({ id, from }) => !ended.has(id) && this.now - from < 300);
    if (out.length > 0 && out.length + this.successes >= 2) return -1;
    this.leases.push({ id: this.leases.length + 1, from: this.now });
    return this.leases.length;
  }

  get successes(): number {
    return this.history.filter(({ outcome }) => outcome === 'success' || outcome === 'rejected').length;
  }

  end(lease: number, epoch: number, outcome: Outcome): void {
    if (epoch !== this.epoch) return;
    const from = this.leases.find(({ id }) => id === lease)?.from ?? 0;
    this.history.push({ lease, outcome, late: this.now - from >= 300 });
    if (this.kind === 'closed') {
      const counted = this.history.filter(({ outcome: each }) => each === 'success' || each === 'failure');
      const failures = counted.length - 1 - counted.findLastIndex(({ outcome: each }) => each === 'success');
      if (failures >= 3) this.#enter('open');
    } else if (this.kind === 'half-open') {
      if (outcome === 'failure' && this.now - from < 300) this.#enter('open');
      else if (this.successes >= 2) this.#enter('closed');
    }
  }
}

describe('The state of a circuit', () => {
  it('is what a slow model that remembers everything says, for any sequence of calls, waits and ends', function () {
    this.timeout(30_000);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const circuit = new Circuit('c');
        const model = new Model();
        const out: { readonly admission: Admission; readonly lease: number; readonly epoch: number }[] = [];
        for (const next of steps) {
          if (next.do === 'wait') {
            model.now += next.ms;
          } else if (next.do === 'call') {
            const admission = circuit.admission ?? circuit.admit(model.now, RULES);
            const lease = model.call();
            expect(admission !== undefined).to.equal(lease >= 0);
            if (admission) out.push({ admission, lease, epoch: model.epoch });
            if (admission) expect(admission.lease).to.equal(lease);
          } else if (out.length > 0) {
            const [ended] = out.splice(next.which % out.length, 1) as [(typeof out)[number]];
            circuit.settle(next.outcome, ended.admission, model.now, RULES, noChance);
            model.end(ended.lease, ended.epoch, next.outcome);
          }
          const state = circuit.stateAt(model.now);
          const recovering = model.kind === 'open' && model.now - model.since >= model.recovery;
          expect(state.kind).to.equal(recovering ? 'half-open' : model.kind);
          expect(circuit.epoch).to.equal(model.epoch);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('is changed by time alone only from open to half-open, at the very moment', () => {
    const opened = open(0, 1, RULES, noChance);
    expect(asOf(opened, 999)).to.equal(opened);
    expect(asOf(opened, 1000).kind).to.equal('half-open');
    expect(asOf(CLOSED, 1e9)).to.equal(CLOSED);
  });

  it('is not held open longer than was meant by a clock that is set back', () => {
    const opened = open(10_000, 1, RULES, noChance);
    expect(asOf(opened, 9999).kind).to.equal('half-open');
  });

  it('is open for up to a tenth longer, by chance, and never less', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (trips, chance) => {
          const { until } = open(0, trips, RULES, () => chance);
          const recovery = Math.min(1000 * 2 ** (trips - 1), 4000);
          expect(until)
            .to.be.at.least(recovery)
            .and.at.most(recovery * 1.1);
        },
      ),
    );
  });

  it('forgets a lease when the clock is set back, so that a hung probe never blocks', () => {
    const probing = admit(open(0, 1, { ...RULES, probes: 1 }, noChance), 10_000, { ...RULES, probes: 1 });
    expect(admit(probing?.state as CircuitState, 5000, { ...RULES, probes: 1 })?.lease).to.equal(2);
  });

  it('says how long to wait: until the recovery is over, or the earliest lease', () => {
    const opened = open(0, 1, RULES, noChance);
    expect([retryAfterMs(CLOSED, 5), retryAfterMs(opened, 400), retryAfterMs(opened, 1000)]).to.deep.equal([0, 600, 0]);
    const first = admit(opened, 1000, RULES)?.state as CircuitState;
    const second = admit(first, 1100, RULES)?.state as CircuitState;
    expect(admit(second, 1100, RULES)).to.equal(undefined);
    expect(retryAfterMs(second, 1100)).to.equal(200);
    expect(retryAfterMs(second, 2000)).to.equal(0);
  });

  it('is never changed by a result where nothing is awaited', () => {
    const opened = open(0, 1, RULES, noChance);
    for (const state of [opened, { kind: 'isolated', reason: undefined } as const]) {
      for (const outcome of ['success', 'failure', 'rejected', 'ignored'] as const) {
        expect(settle(state, outcome, 0, 0, RULES, noChance)).to.equal(state);
      }
    }
  });
});
