import { expect } from 'chai';
import { LogBucket } from '#lib/telemetry/bucket.js';

const drain = (bucket: LogBucket, now: number): number => {
  let taken = 0;
  while (bucket.take(now)) taken += 1;
  return taken;
};

describe('The bucket of a log', () => {
  it('refills by one a second, not before the second is over, and never beyond ten', () => {
    const bucket = new LogBucket();
    expect(drain(bucket, 5000)).to.equal(10);
    expect(drain(bucket, 5999)).to.equal(0);
    expect(drain(bucket, 6000)).to.equal(1);
    expect(drain(bucket, 8500)).to.equal(2);
    expect(drain(bucket, 9000)).to.equal(1);
    expect(drain(bucket, 100_000)).to.equal(10);
  });

  it('goes on when the clock is set back', () => {
    const bucket = new LogBucket();
    drain(bucket, 100_000);
    expect(drain(bucket, 1000)).to.equal(10);
    expect(drain(bucket, 1500)).to.equal(0);
    expect(drain(bucket, 2000)).to.equal(1);
  });

  it('counts what it refuses until it is asked', () => {
    const bucket = new LogBucket();
    drain(bucket, 5000);
    bucket.take(5000);
    expect([bucket.takeLeftOut(), bucket.takeLeftOut()]).to.deep.equal([2, 0]);
  });
});
