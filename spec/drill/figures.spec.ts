import { expect } from 'chai';
import { arrivals } from '#drill/outage/arrivals.js';
import { CAPACITY, LOAD, PHASES } from '#drill/outage/scenario.js';
import { percentile, Tally } from '#drill/outage/tally.js';
import { Workers } from '#drill/outage/workers.js';

describe('the figures of the drill', () => {
  it('share out the whole time among the phases', () => {
    expect(PHASES.reduce((sum, { share }) => sum + share, 0)).to.be.closeTo(1, 1e-9);
  });

  it('ask the same questions at the same moments for one seed, and others for another', () => {
    const first = (seed: number) =>
      Array.from(
        { length: 200 },
        (
          (source) => () =>
            source.next().value
        )(arrivals(seed)),
      );
    expect(first(1)).to.deep.equal(first(1));
    expect(first(1)).not.to.deep.equal(first(2));
    expect((first(1).at(-1)?.atMs ?? 0) / 200).to.be.closeTo(LOAD.gapMs, LOAD.gapMs / 4);
  });

  it('serve as many requests at once as there are workers, the others in order, and turn away whom they cannot', () => {
    const workers = new Workers();
    const waits = Array.from({ length: CAPACITY.workers * 2 }, () => workers.take(0, 100));
    expect(waits).to.deep.equal(waits.map((_, i) => (i < CAPACITY.workers ? 100 : 200)));
    for (let i = 0; i < CAPACITY.workers; i++) workers.take(0, CAPACITY.longestWaitMs);
    expect(workers.take(0, 100)).to.equal(undefined);
    workers.restart();
    expect(workers.take(0, 100)).to.equal(100);
  });

  it('take percentiles by the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentile(values, 0.5)).to.equal(50);
    expect(percentile(values, 0.99)).to.equal(99);
    expect(percentile([7], 0.99)).to.equal(7);
    expect(percentile([], 0.5)).to.equal(0);
  });

  it('count a question in the phase in which it was asked, and no request before the first phase', () => {
    const tally = new Tally();
    tally.countRequest();
    tally.enter('healthy');
    tally.countRequest();
    tally.enter('flaky');
    tally.count('healthy', 'answered', 5);
    expect(tally.of('healthy')).to.deep.include({ answered: 1, requests: 1 });
    expect(tally.of('flaky')).to.deep.include({ answered: 0, requests: 0 });
    expect(tally.total()).to.deep.include({ answered: 1, requests: 1, latencies: [5] });
  });
});
