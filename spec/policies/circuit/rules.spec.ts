import { expect } from 'chai';
import type { Duration } from '#lib/core/duration.js';
import { circuitContradictions, circuitRules, type RuleOptions } from '#lib/policies/circuit/rules.js';

const NEVER = Number.POSITIVE_INFINITY;

const OPTIONS: RuleOptions = {
  failureThreshold: 5,
  recoveryTimeout: '60s',
  recoveryGrowth: 1,
  probes: 1,
  probeSuccess: 1,
  window: '60s',
  rampUp: '0s',
};

const ratesOf = (options: Partial<RuleOptions>) => circuitRules({ ...OPTIONS, ...options }).rates;

describe('The rules of a circuit', () => {
  it('have durations in milliseconds and numbers as they were said', () => {
    const said: Partial<RuleOptions> = {
      ...{ failureThreshold: 3, recoveryTimeout: '2s', recoveryGrowth: 1.5, maxRecoveryTimeout: '9s' },
      ...{ probes: 2, probeSuccess: 0.5, probeInterval: '7s', rampUp: '4s' },
    };
    expect(circuitRules({ ...OPTIONS, ...said })).to.deep.equal({
      ...{ failureThreshold: 3, rates: undefined, recoveryMs: 2000, recoveryGrowth: 1.5, maxRecoveryMs: 9000 },
      ...{ probes: 2, probeSuccess: 0.5, probeIntervalMs: 7000, rampUpMs: 4000 },
    });
  });

  it('stay open ten recoveries at the longest where nothing is said', () => {
    expect(circuitRules({ ...OPTIONS, recoveryTimeout: '3s' }).maxRecoveryMs).to.equal(30_000);
  });

  it('wait for a probe for a quarter of a recovery, five seconds at most, if unset', () => {
    const intervalOf = (recoveryTimeout: Duration) => circuitRules({ ...OPTIONS, recoveryTimeout }).probeIntervalMs;
    expect([intervalOf('3s'), intervalOf('20s'), intervalOf('20004ms')]).to.deep.equal([750, 5000, 5000]);
  });

  it('have no number of failures in a row that opens the circuit if that is off', () => {
    expect(circuitRules({ ...OPTIONS, failureThreshold: 'off' }).failureThreshold).to.equal(NEVER);
  });

  it('look through a window only where a rate of failures or a slow call is said', () => {
    expect(ratesOf({})).to.equal(undefined);
    expect(ratesOf({ failureRate: null, slowCall: null, slowCallRate: 0.5, minimumCalls: 3 })).to.equal(undefined);
    expect(ratesOf({ failureRate: 0.5 })).to.include({ failureRate: 0.5, slowCallRate: NEVER, slowCallMs: NEVER });
    expect(ratesOf({ slowCall: '2s' })).to.include({ failureRate: NEVER, slowCallRate: 1, slowCallMs: 2000 });
    expect(ratesOf({ slowCall: '2s', slowCallRate: 0.3 })).to.include({ slowCallRate: 0.3 });
    expect(ratesOf({ failureRate: 0.5, slowCallRate: 0.3 })).to.include({ slowCallRate: NEVER });
  });

  it('look back over a duration, or over a number of calls', () => {
    expect(ratesOf({ failureRate: 0.5, window: '2m' })?.window).to.deep.equal({ unit: 'ms', size: 120_000 });
    expect(ratesOf({ failureRate: 0.5, window: 30 })?.window).to.deep.equal({ unit: 'calls', size: 30 });
  });

  it('take 20 calls for enough, or a smaller window of calls, where nothing is said', () => {
    const minimumOf = (window: RuleOptions['window']) => ratesOf({ failureRate: 0.5, window })?.minimumCalls;
    expect([minimumOf(7), minimumOf(20), minimumOf(100)]).to.deep.equal([7, 20, 20]);
    // A window of 10 ms is none of 10 calls.
    expect([minimumOf('60s'), minimumOf('10ms')]).to.deep.equal([20, 20]);
    expect(ratesOf({ failureRate: 0.5, minimumCalls: 3 })?.minimumCalls).to.equal(3);
  });
});

describe('Options of a circuit that contradict each other', () => {
  it('are a recovery that is longer than the longest, both named with what was said', () => {
    expect(circuitContradictions({ recoveryTimeout: '2m', maxRecoveryTimeout: '60s' })).to.deep.equal([
      'recoveryTimeout: expected at most maxRecoveryTimeout (60s), got 2m',
    ]);
    expect(circuitContradictions({ recoveryTimeout: '60s', maxRecoveryTimeout: '1m' })).to.deep.equal([]);
  });

  it('are a rate of slow calls without a word of when a call is slow', () => {
    expect(circuitContradictions({ slowCallRate: 0.5, slowCall: null })).to.deep.equal([
      'slowCallRate: expected slowCall beside it, which says when a call is slow, got 0.5 alone',
    ]);
    expect(circuitContradictions({ slowCallRate: null, slowCall: null })).to.deep.equal([]);
    expect(circuitContradictions({ slowCallRate: 0.5, slowCall: '2s' })).to.deep.equal([]);
  });

  it('are more calls at the least than a window of calls holds', () => {
    expect(circuitContradictions({ window: 10, minimumCalls: 11 })).to.deep.equal([
      'minimumCalls: expected at most window (10 calls), got 11',
    ]);
    expect(circuitContradictions({ window: 10, minimumCalls: 10 })).to.deep.equal([]);
    expect(circuitContradictions({ window: '10ms', minimumCalls: 11 })).to.deep.equal([]);
    expect(circuitContradictions({ window: 10, minimumCalls: null })).to.deep.equal([]);
  });

  it('are none while one of the two may still be said elsewhere, and all at once', () => {
    for (const options of [
      { recoveryTimeout: '2m' },
      { maxRecoveryTimeout: '60s' },
      { slowCallRate: 0.5 },
      { minimumCalls: 11 },
      {},
    ] as const)
      expect(circuitContradictions(options)).to.deep.equal([]);
    expect(
      circuitContradictions({
        ...{ recoveryTimeout: '2m', maxRecoveryTimeout: '60s', slowCall: null, slowCallRate: 0.5 },
        ...{ window: 1, minimumCalls: 2 },
      }),
    ).to.have.lengthOf(3);
  });
});
