import { expect } from 'chai';
import fc from 'fast-check';
import { resetFrom } from '#lib/policies/circuit/closed.js';
import type { CircuitRules } from '#lib/policies/circuit/rules.js';
import type { CircuitState, Outcome } from '#lib/policies/circuit/state.js';
import { admit, asOf, attemptFailed, CLOSED, open, retryAfterMs, settle } from '#lib/policies/circuit/state.js';

const RULES: CircuitRules = {
  failureThreshold: 3,
  rates: undefined,
  recoveryMs: 1000,
  recoveryGrowth: 2,
  maxRecoveryMs: 4000,
  probes: 2,
  probeSuccess: 1,
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

  it('is open at least as long as the upstream asked, within the longest recovery', () => {
    const until = (trips: number, askedMs: number) => open(0, trips, 'failures', RULES, noChance, askedMs).until;
    expect([until(1, 999), until(1, 1001), until(1, 3999), until(1, 120_000)]).to.deep.equal([1000, 1001, 3999, 4000]);
    expect([until(2, 1500), until(2, 2500), until(1, Number.NaN), until(1, -5)]).to.deep.equal([
      2000, 2500, 1000, 1000,
    ]);
    expect(open(0, 1, 'failures', RULES, () => 1, 3000).until).to.be.closeTo(3300, 1e-6);
  });

  it('opens for a probe that was slow, whether it answered or refused, and not for one that was ignored', () => {
    const rules = { ...RULES, probes: 1 };
    const probing = admit(open(0, 1, 'failures', rules, noChance), 1000, rules).state;
    const after = (outcome: Outcome, at: number) =>
      settle(probing, { outcome, lease: 1, isSlow: true }, at, rules, noChance);
    expect(after('success', 1200)).to.include({ kind: 'open', reason: 'probe', trips: 2 });
    expect(after('rejected', 1200)).to.include({ kind: 'open', reason: 'probe' });
    expect(after('ignored', 1200)).to.include({ kind: 'half-open' }).and.to.have.deep.property('leases', []);
    // Late, it decides nothing: it may be the service of a minute ago.
    expect(after('success', 1300)).to.include({ kind: 'half-open', failures: 0, successes: 0 });
  });

  it('ramps up after a reset if calls were rejected until then', () => {
    const opened = open(0, 1, 'failures', RULES, noChance);
    const isolated = { kind: 'isolated', reason: undefined } as const;
    for (const state of [opened, isolated, asOf(opened, 1000)])
      expect(resetFrom(state, 5000, 400))
        .to.deep.include({ kind: 'closed', failures: 0 })
        .and.to.have.property('ramp');
    for (const state of [CLOSED, { kind: 'forced-closed', failures: 3, reason: undefined } as const])
      expect(resetFrom(state, 5000, 400)).to.equal(CLOSED);
    expect(resetFrom(opened, 5000, 0)).to.equal(CLOSED);
  });

  it('counts and admits everything while it is forced closed', () => {
    let state: CircuitState = { kind: 'forced-closed', failures: 0, reason: 'drill' };
    for (let i = 0; i < 9; i++) state = settle(state, { outcome: 'failure', lease: 0 }, i, RULES, noChance);
    state = attemptFailed(state, 2, 9, RULES, noChance);
    expect(state).to.deep.equal({
      ...{ kind: 'forced-closed', failures: 9, reason: 'drill' },
      shares: [{ count: 1, of: 2 }],
    });
    expect(admit(state, 9, RULES)).to.deep.equal({ state, lease: 0 });
    expect(retryAfterMs(state, 9)).to.equal(0);
    expect(settle(state, { outcome: 'ignored', lease: 0 }, 9, RULES, noChance)).to.equal(state);
    expect(settle(state, { outcome: 'success', lease: 0 }, 9, RULES, noChance)).to.deep.equal({
      ...{ kind: 'forced-closed', failures: 0, reason: 'drill' },
    });
  });

  it('opens at the attempt that completes the row, and one call at a time as it always did', () => {
    let state: CircuitState = CLOSED;
    const rules = { ...RULES, failureThreshold: 5 };
    let attempts = 0;
    for (let call = 0; call < 5; call++) {
      for (let retry = 0; retry < 2; retry++) {
        attempts += 1;
        state = attemptFailed(state, 3, 0, rules, noChance);
        expect(state.kind).to.equal('closed');
      }
      attempts += 1;
      state = settle(state, { outcome: 'failure', lease: 0, counted: { count: 2, of: 3 } }, 0, rules, noChance);
    }
    expect([attempts, state.kind]).to.deep.equal([15, 'open']);
  });

  it('opens at fifteen thirds of calls that fail side by side', () => {
    const rules = { ...RULES, failureThreshold: 5 };
    let state: CircuitState = CLOSED;
    for (let i = 0; i < 14; i++) state = attemptFailed(state, 3, 0, rules, noChance);
    expect(state.kind).to.equal('closed');
    expect(attemptFailed(state, 3, 7, rules, noChance, { retryAfterMs: 2000 })).to.include({
      ...{ kind: 'open', reason: 'failures', until: 2007 },
    });
  });

  it('tops a call up to one failure, whatever its attempts have counted', () => {
    const counted = (count: number, of: number) =>
      settle(CLOSED, { outcome: 'failure', lease: 0, counted: { count, of } }, 0, RULES, noChance);
    expect(counted(0, 3)).to.deep.equal({ kind: 'closed', failures: 1 });
    expect(counted(2, 3)).to.deep.equal({ kind: 'closed', failures: 0, shares: [{ count: 1, of: 3 }], calls: 1 });
    expect(counted(3, 3)).to.equal(CLOSED);
    expect(counted(4, 3)).to.equal(CLOSED);
  });

  it('forgets the shares of a row at the first success, and keeps them for what is ignored', () => {
    const begun = attemptFailed(CLOSED, 3, 0, RULES, noChance);
    expect(settle(begun, { outcome: 'ignored', lease: 0 }, 0, RULES, noChance)).to.equal(begun);
    expect(settle(begun, { outcome: 'rejected', lease: 0 }, 0, RULES, noChance)).to.equal(begun);
    expect(settle(begun, { outcome: 'success', lease: 0 }, 0, RULES, noChance)).to.equal(CLOSED);
  });

  it('never lets anybody through by itself while it is isolated', () => {
    const isolated = { kind: 'isolated', reason: 'by hand' } as const;
    expect(retryAfterMs(isolated, 5)).to.equal(Number.POSITIVE_INFINITY);
    expect([asOf(isolated, 1e12), admit(isolated, 1e12, RULES).lease]).to.deep.equal([isolated, undefined]);
  });
});
