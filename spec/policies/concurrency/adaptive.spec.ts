import { expect } from 'chai';
import fc from 'fast-check';
import {
  type AdaptiveState,
  adapt,
  adaptiveContradictions,
  adaptiveRules,
  INITIAL_LIMIT,
  initialState,
  MAX_LIMIT,
  MIN_LIMIT,
  type Sample,
  DEFAULT_RULES,
} from '#lib/policies/concurrency/adaptive.js';

const START = initialState(DEFAULT_RULES);

describe('The adaptive limit', () => {
  /** Lets so many calls go by, with all permits in use where nothing else is said. */
  function after(
    state: AdaptiveState,
    calls: number,
    latencyMs: (atWork: number) => number,
    used: (limit: number) => number = (limit) => limit,
  ): AdaptiveState {
    let next = state;
    for (let i = 0; i < calls; i++) {
      const atWork = Math.floor(used(next.limit));
      next = adapt(next, { latencyMs: latencyMs(atWork), atWork });
    }
    return next;
  }

  const steady = (): number => 100;
  const failures = (state: AdaptiveState, count: number): AdaptiveState =>
    Array.from({ length: count }).reduce<AdaptiveState>((at) => adapt(at, 'failure'), state);

  it('starts at 20', () => {
    expect(START.limit).to.equal(INITIAL_LIMIT).and.to.equal(20);
  });

  it('grows to 200 and no further while calls take as long as ever', () => {
    const grown = after(START, 30, steady);
    expect(grown.limit).to.be.above(40);
    expect(after(grown, 1000, steady).limit)
      .to.equal(MAX_LIMIT)
      .and.to.equal(200);
  });

  it('shrinks when calls take longer than they used to, and comes back when they no longer do', () => {
    const used = after(START, 100, steady);
    const slowed = after(used, 30, () => 300);
    expect(slowed.limit).to.be.below(used.limit / 4);
    expect(after(slowed, 100, steady).limit).to.be.above(used.limit / 2);
  });

  it('finds about what an upstream with a queue takes at once', () => {
    // So many calls are served in 100 ms each; those beyond them wait for one another.
    for (const capacity of [10, 40, 100]) {
      const quiet = after(START, 500, steady, (limit) => limit / 4);
      const found = after(quiet, 200, (atWork) => 100 * Math.max(1, atWork / capacity));
      expect(found.limit, String(capacity)).to.be.within(capacity * 0.7, capacity * 2);
    }
  });

  it('takes a single outlier calmly', () => {
    const used = after(START, 100, steady);
    expect(adapt(used, { latencyMs: 60_000, atWork: used.limit }).limit).to.be.above(used.limit * 0.85);
  });

  it('does not move while less than half of it is used', () => {
    const idle = after(START, 500, steady, (limit) => limit / 2 - 1);
    expect(idle.limit).to.equal(20);
    expect(
      after(
        idle,
        50,
        () => 500,
        (limit) => limit / 2 - 1,
      ).limit,
    ).to.equal(20);
  });

  it('takes a tenth off for a failure, and learns no latency from it', () => {
    const used = after(START, 100, steady);
    expect(adapt(used, 'failure')).to.deep.equal({ ...used, limit: used.limit * 0.9 });
  });

  it('never falls below 1, and grows from there', () => {
    const down = failures(START, 1000);
    expect(down.limit).to.equal(MIN_LIMIT).and.to.equal(1);
    expect(after(down, 50, steady).limit).to.be.above(20);
  });

  it('forgets a long overload sooner than its long window would', () => {
    const overloaded = after(START, 3000, () => 5000);
    expect(overloaded.longMs).to.be.above(4900);
    expect(after(overloaded, 60, steady).longMs).to.be.below(300);
  });

  it('takes calls within one millisecond for calls of one millisecond', () => {
    const instant = after(START, 100, () => 0);
    expect(instant).to.include({ shortMs: 1, longMs: 1 });
    expect(instant.limit).to.be.above(20);
  });

  it('grows by a fifth of the queue that it allows: 4, below a limit of 16 its square root', () => {
    const known = { shortMs: 100, longMs: 100, samples: 1000 };
    for (const [limit, next] of [
      [100, 100.8],
      [16, 16.8],
      [9, 9.6],
      [4, 4.4],
      [1, 1.2],
    ] as const)
      expect(adapt({ ...known, limit }, { latencyMs: 100, atWork: limit }).limit).to.be.closeTo(next, 1e-9);
  });

  it('moves from the moment that half of it is used', () => {
    const limitAfter = (atWork: number): number => adapt(START, { latencyMs: 100, atWork }).limit;
    expect(limitAfter(9)).to.equal(20);
    expect(limitAfter(10)).to.be.above(20);
  });

  it('takes the first ten latencies alike, and every later one for a part of its window', () => {
    const learnt = (samples: number): number[] => {
      const { shortMs, longMs } = adapt(
        { limit: 20, shortMs: 110, longMs: 110, samples },
        { latencyMs: 220, atWork: 20 },
      );
      return [shortMs - 110, longMs - 110];
    };
    expect(learnt(0)).to.deep.equal([110, 110]);
    expect(learnt(9)).to.deep.equal([11, 11]);
    // Of an average over n samples the weight is 2 / (n + 1): the windows are 10 and 600.
    const [short, long] = learnt(10);
    expect(short).to.be.closeTo((110 * 2) / 11, 1e-9);
    expect(long).to.be.closeTo((110 * 2) / 601, 1e-9);
  });

  it('forgets faster where the long window shows more than twice the short one', () => {
    const longAfter = (longMs: number): number =>
      adapt({ limit: 20, shortMs: 0, longMs, samples: 1 }, { latencyMs: 100, atWork: 20 }).longMs;
    expect(longAfter(100)).to.equal(100);
    expect(longAfter(102)).to.equal(101 * 0.9);
  });

  it('is a number from 1 to 200, whatever it is told', () => {
    const sample: fc.Arbitrary<Sample> = fc.oneof(
      fc.constant('failure' as const),
      fc.record({ latencyMs: fc.integer({ min: -1000, max: 2 ** 31 }), atWork: fc.integer({ min: 1, max: 250 }) }),
    );
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 300 }), (samples) => {
        let state = START;
        for (const one of samples) {
          state = adapt(state, one);
          expect(state.limit).to.be.within(MIN_LIMIT, MAX_LIMIT);
          expect(Math.min(state.shortMs, state.longMs)).to.be.at.least(0);
        }
      }),
    );
  });
});

describe('The rules of an adaptive limit', () => {
  it('keep it from 1 to 200, from 20 on, if unset', () => {
    expect(adaptiveRules({})).to.deep.equal({ min: 1, max: 200, initial: 20 });
    expect(adaptiveRules({ min: null, max: 500, initial: undefined })).to.deep.equal({ min: 1, max: 500, initial: 20 });
  });

  it('start at the nearest limit that is allowed', () => {
    expect(adaptiveRules({ max: 8 })).to.deep.equal({ min: 1, max: 8, initial: 8 });
    expect(adaptiveRules({ min: 300 })).to.deep.equal({ min: 300, max: 300, initial: 300 });
    expect(adaptiveRules({ min: 2, max: 50, initial: 30 })).to.deep.equal({ min: 2, max: 50, initial: 30 });
  });

  it('are never left, whatever the calls say', () => {
    const rules = adaptiveRules({ min: 5, max: 9, initial: 7 });
    const sample = fc.oneof(
      fc.constant('failure' as const),
      fc.record({ latencyMs: fc.integer({ min: 0, max: 10_000 }), atWork: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 300 }), (samples) => {
        let state = initialState(rules);
        for (const each of samples) {
          state = adapt(state, each, rules);
          expect(state.limit).to.be.within(5, 9);
        }
      }),
    );
  });

  it('name what contradicts what', () => {
    expect(adaptiveContradictions({ min: 9, max: 5 })).to.deep.equal(['min: expected at most max (5), got 9']);
    expect(adaptiveContradictions({ min: 5, max: 9, initial: 4 })).to.deep.equal([
      'initial: expected at least min (5), got 4',
    ]);
    expect(adaptiveContradictions({ min: 5, max: 9, initial: 10 })).to.deep.equal([
      'initial: expected at most max (9), got 10',
    ]);
    expect(adaptiveContradictions({ min: 5, max: 9, initial: 9 })).to.deep.equal([]);
    expect(adaptiveContradictions({ min: 5, initial: null })).to.deep.equal([]);
  });
});
