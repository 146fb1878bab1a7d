import { expect } from 'chai';
import { counting, cut, firstPace, grown, type Pace } from '#lib/policies/rate-limit/pace.js';

/** A success each 50 ms of calls that were held back. */
function succeeding(pace: Pace, ms: number, every = 50): Pace {
  let after = pace;
  for (let at = pace.grownAt + every; at <= pace.grownAt + ms; at += every) after = grown(after, at);
  return after;
}

const perSecond = ({ rate }: Pace): number => rate * 1000;

describe('A pace', () => {
  it('begins with a share of what was succeeding', () => {
    expect(perSecond(firstPace(0.02, 1000, 0))).to.be.closeTo(17, 1e-9);
  });

  it('grows back to the rate of before in the time of sixty calls, three seconds at least', () => {
    const pace = cut({ ...firstPace(0.02, 1000, 0), rate: 0.02 }, 0);
    expect(perSecond(pace)).to.be.closeTo(16, 1e-9);
    expect(perSecond(succeeding(pace, 3000))).to.be.closeTo(20, 1e-6);
    const slow = cut({ ...firstPace(0.002, 1000, 0), rate: 0.002 }, 0);
    expect(perSecond(succeeding(slow, 30_000, 500))).to.be.closeTo(2, 1e-6);
    expect(perSecond(succeeding(slow, 15_000, 500))).to.be.within(1.9, 2);
  });

  it('is flat around that rate, and steep again beyond it', () => {
    const pace = cut({ ...firstPace(0.02, 1000, 0), rate: 0.02 }, 0);
    const at = (ms: number): number => perSecond(succeeding(pace, ms));
    expect(at(4000) - at(2000)).to.be.below(0.5);
    expect(at(6000)).to.be.closeTo(24, 0.1);
  });

  it('grows slowly beyond one and a half times the peak, and finds a limit that was raised in the end', () => {
    const pace = cut({ ...firstPace(0.02, 1000, 0), rate: 0.02 }, 0);
    expect(perSecond(succeeding(pace, 8000))).to.be.closeTo(30, 0.5);
    expect(perSecond(succeeding(pace, 68_000))).to.be.closeTo(60, 3);
    expect(perSecond(succeeding(pace, 428_000))).to.be.above(2000);
  });

  it('counts at most a second, or two calls, of a time without successes', () => {
    const pace = cut({ ...firstPace(0.02, 1000, 0), rate: 0.02 }, 0);
    expect(grown(pace, 3_600_000).rate).to.equal(grown(pace, 1000).rate);
    expect(grown(pace, -5).rate).to.equal(pace.rate);
    expect(grown(succeeding(pace, 3000), 3_000_000).rate).to.be.below(0.021);
  });

  it('does not head for a rate that never passed on average, pauses included', () => {
    // A window of 200 in ten seconds that is spent after five.
    let pace: Pace = { ...firstPace(0.04, 1000, 0), rate: 0.04 };
    for (let i = 1; i <= 200; i++) pace = counting(pace, true, i * 25 + (i > 199 ? 5000 : 0));
    expect(perSecond({ ...pace, rate: cut(pace, 10_000).peak })).to.be.closeTo(25, 0.1);
  });

  it('takes no time for busy in which nobody was held back', () => {
    let pace: Pace = { ...firstPace(0.02, 1000, 0), rate: 0.02 };
    for (let i = 1; i <= 20; i++) pace = counting(pace, true, i * 50);
    pace = counting(pace, false, 600_000);
    pace = counting(pace, true, 600_050);
    expect(cut(pace, 600_050).peak).to.equal(0.02);
  });

  it('doubles with every seven successes while nothing is known of the limit, until the first cut', () => {
    let pace = firstPace(0, 1000, 0);
    expect(perSecond(pace)).to.equal(1);
    for (let i = 0; i < 7; i++) pace = grown(pace, i);
    expect(perSecond(pace)).to.be.closeTo(1.95, 0.01);
    pace = cut(pace, 10);
    expect(grown(pace, 11).rate / pace.rate).to.be.below(1.001);
  });

  it('is never slower than a call a minute', () => {
    let pace = firstPace(0, 600_000, 0);
    expect(pace.rate * 60_000).to.equal(1);
    for (let i = 0; i < 50; i++) pace = cut(pace, i);
    expect(pace.rate * 60_000).to.equal(1);
  });
});
