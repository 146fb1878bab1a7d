import { expect } from 'chai';
import { LogBuckets } from '#lib/telemetry/buckets.js';

describe('The buckets of a log', () => {
  const drain = (buckets: LogBuckets, key: string, now: number): number => {
    let taken = 0;
    while (buckets.of('type', key, now).take(now)) taken += 1;
    return taken;
  };

  it('are one for each key, and the same one each time', () => {
    const buckets = new LogBuckets();
    expect(drain(buckets, 'a', 5000)).to.equal(10);
    expect(drain(buckets, 'a', 5000)).to.equal(0);
    expect(drain(buckets, 'b', 5000)).to.equal(10);
    expect(buckets.of('type', 'a', 5000)).to.equal(buckets.of('type', 'a', 9000));
  });

  it('are bounded: while a thousand are in use, the others of a type share one', () => {
    const buckets = new LogBuckets();
    for (let i = 0; i < 1000; i++) drain(buckets, `key ${i}`, 5000);
    let taken = 0;
    for (let i = 0; i < 500; i++) taken += drain(buckets, `other ${i}`, 5000);
    expect(taken).to.equal(10);
    expect(buckets.of('other type', 'other key', 5000).take(5000)).to.equal(true);
    expect(buckets.size).to.equal(1002);
  });

  it('forget the ones that are full again, and no others', () => {
    const buckets = new LogBuckets();
    for (let i = 0; i < 999; i++) drain(buckets, `key ${i}`, 5000);
    drain(buckets, 'late', 14_000);
    // Ten seconds later the first ones are full again.
    expect(drain(buckets, 'new', 15_500)).to.equal(10);
    expect(drain(buckets, 'late', 15_500)).to.equal(1);
    expect(buckets.size).to.equal(2);
  });

  it('stay bounded however many names there are over time', () => {
    const buckets = new LogBuckets();
    for (let i = 0; i < 20_000; i++) buckets.of('type', `key ${i}`, i * 10).take(i * 10);
    expect(buckets.size).to.be.at.most(1001);
  });

  it('go on when the clock is set back', () => {
    const buckets = new LogBuckets();
    for (let i = 0; i < 1000; i++) drain(buckets, `key ${i}`, 1e9);
    expect(drain(buckets, 'shared', 1e9)).to.equal(10);
    expect(drain(buckets, 'new', 1000)).to.equal(10);
  });
});
