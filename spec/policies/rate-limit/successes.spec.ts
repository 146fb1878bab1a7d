import { expect } from 'chai';
import fc from 'fast-check';
import { Successes } from '#lib/policies/rate-limit/successes.js';

const START = 1_000_000;

/** Successes at these moments; returns how often the clock was read. */
function play(successes: Successes, moments: Iterable<number>): number {
  let reads = 0;
  for (const at of moments) {
    if (!successes.count()) continue;
    reads += 1;
    successes.note(at);
  }
  return reads;
}

function* evenly(perSecond: number, from: number, ms: number): Generator<number> {
  for (let i = 0; i < (perSecond * ms) / 1000; i++) yield from + Math.floor((i * 1000) / perSecond);
}

describe('What was succeeding', () => {
  it('is nothing if nothing did', () => {
    expect(new Successes().rateAt(START)).to.equal(0);
  });

  it('is counted over the two seconds before', () => {
    const successes = new Successes();
    play(successes, evenly(20, START, 1000));
    expect(successes.rateAt(START + 1000) * 2000).to.equal(20);
    play(successes, evenly(20, START + 1000, 9000));
    expect(successes.rateAt(START + 10_000) * 1000).to.be.closeTo(20, 1.5);
  });

  it('forgets what is longer ago', () => {
    const successes = new Successes();
    play(successes, evenly(200, START, 5000));
    expect(successes.rateAt(START + 6000) * 2000).to.be.closeTo(200, 60);
    expect(successes.rateAt(START + 60_000) * 1000).to.be.below(2);
    expect(successes.rateAt(START + 300_000)).to.equal(0);
  });

  it('is nothing once a burst is over, also for what came after the clock was last read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 300_000, max: 900_000 }), (count, idleMs) => {
        const successes = new Successes();
        play(successes, evenly(500, START, 1000));
        play(successes, evenly(20_000, START + 1000, count / 20));
        expect(successes.rateAt(START + 1000 + idleMs)).to.equal(0);
      }),
    );
  });

  it('is exact while there are few', () => {
    const gaps = fc.array(fc.integer({ min: 300, max: 4000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 0, max: 3000 }), (between, later) => {
        const successes = new Successes();
        let at = START;
        const moments = between.map((ms) => (at += ms));
        play(successes, moments);
        const now = at + later;
        expect(successes.rateAt(now) * 2000).to.equal(moments.filter((moment) => moment > now - 2000).length);
      }),
    );
  });

  it('counts a burst within one millisecond', () => {
    const successes = new Successes();
    play(
      successes,
      Array.from({ length: 1000 }, () => START),
    );
    expect(successes.rateAt(START) * 2000).to.equal(1000);
  });

  it('reads the clock about four times a second, or once in 64 successes', () => {
    for (const perSecond of [8, 100, 250]) {
      const successes = new Successes();
      play(successes, evenly(perSecond, START, 5000));
      expect(play(successes, evenly(perSecond, START + 5000, 10_000))).to.be.within(20, 80);
    }
    const successes = new Successes();
    play(successes, evenly(50_000, START, 1000));
    expect(play(successes, evenly(50_000, START + 1000, 1000))).to.be.at.most(50_000 / 60);
  });

  it('is near the truth for steady traffic of any rate, once two seconds have gone by', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 3000, max: 20_000 }), (perSecond, ms) => {
        const successes = new Successes();
        play(successes, evenly(perSecond, START, ms));
        expect(successes.rateAt(START + ms) * 1000).to.be.within(perSecond * 0.7 - 1, perSecond * 1.3 + 1);
      }),
      { numRuns: 100 },
    );
  });

  it('is not negative, nor endless, after the clock was set back', () => {
    const successes = new Successes();
    play(successes, evenly(50, START, 3000));
    play(successes, evenly(50, START - 600_000, 3000));
    expect(successes.rateAt(START - 600_000 + 3000) * 1000).to.be.within(0, 250);
  });
});
