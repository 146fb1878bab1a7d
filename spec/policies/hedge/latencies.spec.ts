import { expect } from 'chai';
import fc from 'fast-check';
import { MIN_CALLS, Latencies, MAX_CALLS } from '#lib/policies/hedge/latencies.js';

describe('The latencies that a hedge goes by', () => {
  const latenciesOf = (times: Iterable<number>): Latencies => {
    const latencies = new Latencies();
    for (const ms of times) latencies.add(ms);
    return latencies;
  };
  const repeat = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);

  it('say nothing until a hundred were seen', () => {
    const latencies = latenciesOf(repeat(MIN_CALLS - 1, 20));
    expect(latencies.percentile(0.95)).to.equal(undefined);
    latencies.add(20);
    expect(latencies.percentile(0.95)).to.equal(20);
    expect(MIN_CALLS).to.equal(100);
  });

  it('say the time within which the share of calls was done', () => {
    const latencies = latenciesOf([...repeat(90, 4), ...repeat(9, 8), 16]);
    expect(latencies.percentile(0.5)).to.equal(4);
    expect(latencies.percentile(0.9)).to.equal(4);
    expect(latencies.percentile(0.95)).to.equal(8);
    expect(latencies.percentile(0.99)).to.equal(8);
    expect(latencies.percentile(0.999)).to.equal(16);
  });

  it('do not take the slowest of a thousand calls for their 99.9th percentile, nor of a hundred for a whole one', () => {
    const latencies = latenciesOf([...repeat(MAX_CALLS - 1, 10), 100_000]);
    expect(latencies.percentile(99.9 / 100)).to.be.below(12);
    expect(latenciesOf([...repeat(7, 10), ...repeat(93, 1000)]).percentile(7 / 100)).to.be.below(12);
  });

  it('count the last thousand calls and no older one', () => {
    const latencies = latenciesOf([...repeat(5000, 1024), ...repeat(MAX_CALLS - 1, 2)]);
    expect(latencies.percentile(0.9995)).to.equal(1024);
    for (let i = 0; i < 16; i++) latencies.add(2);
    expect(latencies.percentile(0.9995)).to.equal(2);
    expect(MAX_CALLS).to.equal(1000);
  });

  it('forget a call for each that comes after a thousand', () => {
    const latencies = latenciesOf([...repeat(MAX_CALLS, 2), ...repeat(MAX_CALLS / 2, 1024)]);
    expect(latencies.percentile(0.5)).to.equal(2);
    expect(latencies.percentile(0.501)).to.equal(1024);
  });

  it('are told anew after sixteen calls at the latest, and at once for another share', () => {
    const latencies = latenciesOf(repeat(100, 2));
    expect(latencies.percentile(0.99)).to.equal(2);
    for (let i = 0; i < 15; i++) latencies.add(512);
    expect(latencies.percentile(0.99)).to.equal(2);
    latencies.add(512);
    expect(latencies.percentile(0.99)).to.equal(512);
    expect(latencies.percentile(0.5)).to.equal(2);
  });

  it('hold what hardly a clock gives: nothing, parts of a millisecond, less than nothing, and more than half an hour', () => {
    expect(latenciesOf(repeat(100, 0)).percentile(0.5)).to.equal(1);
    expect(latenciesOf(repeat(100, 0.5)).percentile(0.5)).to.equal(1);
    expect(latenciesOf(repeat(100, -5)).percentile(0.5)).to.equal(1);
    expect(latenciesOf(repeat(100, 2 ** 30)).percentile(0.5)).to.equal(2 ** 21);
  });

  it('are never below the true percentile, and at most 4.4 % above it', () => {
    // As options say them: a percentile with one decimal, in tenths of a percent.
    const share = fc.integer({ min: 10, max: 999 });
    const times = fc.array(fc.integer({ min: 1, max: 100_000 }), {
      minLength: MIN_CALLS,
      maxLength: 2500,
      size: 'max',
    });
    fc.assert(
      fc.property(share, times, (p, all) => {
        const last = all.slice(-MAX_CALLS).sort((a, b) => a - b);
        const right = last[Math.ceil((p * last.length) / 1000) - 1] as number;
        expect(latenciesOf(all).percentile(p / 10 / 100)).to.be.within(right, right * 2 ** (1 / 16));
      }),
    );
  });
});
