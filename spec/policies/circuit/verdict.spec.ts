import { expect } from 'chai';
import fc from 'fast-check';
import { neededSuccesses, verdictOf } from '#lib/policies/circuit/verdict.js';

/** Plays outcomes in order until the verdict: `'s'` is a success, `'f'` a failure. */
function play(probes: number, probeSuccess: number, outcomes: string): string {
  for (let seen = 1; seen <= outcomes.length; seen++) {
    const part = outcomes.slice(0, seen);
    const successes = part.replaceAll('f', '').length;
    const verdict = verdictOf(successes, seen - successes, { probes, probeSuccess });
    if (verdict) return `${verdict} after ${seen}`;
  }
  return 'undecided';
}

describe('The verdict of probes', () => {
  it('falls as soon as it is certain', () => {
    expect(play(5, 1, 'sfsss')).to.equal('open after 2');
    expect(play(5, 0.8, 'sfsss')).to.equal('closed after 5');
    expect(play(5, 0.8, 'sff')).to.equal('open after 3');
    expect(play(5, 0.6, 'sss')).to.equal('closed after 3');
    expect(play(5, 0.5, 'sfsfs')).to.equal('closed after 5');
    expect(play(2, 0.5, 's')).to.equal('closed after 1');
    expect(play(1, 0.01, 'f')).to.equal('open after 1');
    expect(play(3, 1, 'ss')).to.equal('undecided');
  });

  it('needs whole successes, and is not misled by the rounding of a product', () => {
    expect(neededSuccesses({ probes: 100, probeSuccess: 0.07 })).to.equal(7);
    expect(neededSuccesses({ probes: 10, probeSuccess: 0.61 })).to.equal(7);
    expect(neededSuccesses({ probes: 3, probeSuccess: 0.001 })).to.equal(1);
  });

  it('falls with the last probe at the latest, and is what the share of all would say', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }).chain((probes) => fc.tuple(fc.constant(probes), fc.nat(probes))),
        fc.integer({ min: 1, max: 100 }),
        ([probes, successes], hundredths) => {
          const rules = { probes, probeSuccess: hundredths / 100 };
          const isEnough = successes > 0 && successes * 100 >= probes * hundredths;
          expect(verdictOf(successes, probes - successes, rules)).to.equal(isEnough ? 'closed' : 'open');
        },
      ),
    );
  });
});
