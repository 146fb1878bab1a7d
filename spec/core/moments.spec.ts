import { expect } from 'chai';
import { startMoment, tellMoment } from '#lib/core/moments.js';
import { turn } from '../support/upstream.js';

const spin = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until; );
};

/** Starts so many, and notes when each was. Works for a moment after every fiftieth. */
function started(count: number) {
  return Array.from({ length: count }, (_, i) => {
    if (i % 50 === 49) spin(3);
    const before = performance.now();
    return { before, moment: startMoment() };
  });
}

describe('The moment of a start', () => {
  beforeEach(turn);

  it('is now, where there are few', () => {
    for (const { before, moment } of started(10)) expect(moment.at).to.be.within(before, before + 1);
  });

  it('is never too early, and in a burst at most sixteen starts late', async () => {
    const all = started(1000);
    await turn();
    for (const [i, { before, moment }] of all.entries()) {
      expect(moment.at, `start ${i}`).to.be.at.least(before);
      const later = all[i + 17];
      if (later) expect(moment.at, `start ${i}`).to.be.at.most(later.before);
    }
    expect(new Set(all.map(({ moment }) => moment)).size).to.be.below(500);
  });

  it('is known after this turn, and at once to who asks', async () => {
    const isKnown = ({ moment }: { moment: { at: number } }): boolean => moment.at < Number.POSITIVE_INFINITY;
    const burst = started(25);
    expect(burst.every(isKnown)).to.equal(false);
    await turn();
    expect(burst.every(isKnown)).to.equal(true);
    const next = started(25);
    expect(next.every(isKnown)).to.equal(false);
    tellMoment();
    expect(next.every(isKnown)).to.equal(true);
    const told = next.map(({ moment }) => moment.at);
    tellMoment();
    expect(next.map(({ moment }) => moment.at)).to.deep.equal(told);
  });
});
