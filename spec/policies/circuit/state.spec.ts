import { expect } from 'chai';
import fc from 'fast-check';
import type { CircuitRules } from '#lib/policies/circuit/rules.js';
import { admit, asOf, CLOSED, open, retryAfterMs, settle } from '#lib/policies/circuit/state.js';

const RULES: CircuitRules = {
  failureThreshold: 3,
  rates: undefined,
  recoveryMs: 1000,
  recoveryGrowth: 2,
  maxRecoveryMs: 4000,
  probes: 2,
  probeIntervalMs: 300,
  rampUpMs: 0,
};
const noChance = (): number => 0;

describe('The state of a circuit', () => {
  it('is changed by time alone only from open to half-open, at the very moment', () => {
    const opened = open(0, 1, 'failures', RULES, noChance);
    expect(asOf(opened, 999)).to.equal(opened);
    expect(asOf(opened, 1000).kind).to.equal('half-open');
    expect(asOf(CLOSED, 1e9)).to.equal(CLOSED);
  });

  it('is not held open longer than was meant by a clock that is set back', () => {
    const opened = open(10_000, 1, 'failures', RULES, noChance);
    expect(asOf(opened, 9999).kind).to.equal('half-open');
  });

  it('is open for up to a tenth longer, by chance, and never less', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (trips, chance) => {
          const { until } = open(0, trips, 'probe', RULES, () => chance);
          const recovery = Math.min(1000 * 2 ** (trips - 1), 4000);
          expect(until)
            .to.be.at.least(recovery)
            .and.at.most(recovery * 1.1);
        },
      ),
    );
  });

  it('forgets a lease when the clock is set back, so that a hung probe never blocks', () => {
    const probing = admit(open(0, 1, 'failures', { ...RULES, probes: 1 }, noChance), 10_000, { ...RULES, probes: 1 });
    expect(admit(probing.state, 5000, { ...RULES, probes: 1 }).lease).to.equal(2);
  });

  it('says how long to wait: until the recovery is over, or the earliest lease', () => {
    const opened = open(0, 1, 'failures', RULES, noChance);
    expect([retryAfterMs(CLOSED, 5), retryAfterMs(opened, 400), retryAfterMs(opened, 1000)]).to.deep.equal([0, 600, 0]);
    const first = admit(opened, 1000, RULES).state;
    const second = admit(first, 1100, RULES).state;
    expect(admit(second, 1100, RULES).lease).to.equal(undefined);
    expect(retryAfterMs(second, 1100)).to.equal(200);
    expect(retryAfterMs(second, 2000)).to.equal(0);
  });

  it('is never changed by a result where nothing is awaited', () => {
    const opened = open(0, 1, 'failures', RULES, noChance);
    for (const state of [opened, { kind: 'isolated', reason: undefined } as const]) {
      for (const outcome of ['success', 'failure', 'rejected', 'ignored'] as const) {
        expect(settle(state, { outcome, lease: 0 }, 0, RULES, noChance)).to.equal(state);
      }
    }
  });

  it('opens once more when a probe fails in time, and says that it was one', () => {
    const probing = admit(open(0, 3, 'failures', RULES, noChance), 10_000, RULES);
    const failed = settle(probing.state, { outcome: 'failure', lease: 1 }, 10_299, RULES, noChance);
    expect(failed).to.include({ kind: 'open', trips: 4, reason: 'probe', openedAt: 10_299 });
    expect(settle(probing.state, { outcome: 'failure', lease: 1 }, 10_300, RULES, noChance).kind).to.equal('half-open');
  });

  it('never lets anybody through by itself while it is isolated', () => {
    const isolated = { kind: 'isolated', reason: 'by hand' } as const;
    expect(retryAfterMs(isolated, 5)).to.equal(Number.POSITIVE_INFINITY);
    expect([asOf(isolated, 1e12), admit(isolated, 1e12, RULES).lease]).to.deep.equal([isolated, undefined]);
  });
});
