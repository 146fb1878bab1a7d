import { expect } from 'chai';
import fc from 'fast-check';
import { ConfigurationError } from '#lib/core/errors.js';
import { type BackoffRules, backoffMs, waitWithHint } from '#lib/policies/retry/backoff.js';

const waits = fc
  .tuple(fc.double({ min: 0, max: 1e7, noNaN: true }), fc.double({ min: 0, max: 1e12, noNaN: true }))
  .map(([minWaitMs, more]) => ({ minWaitMs, maxWaitMs: minWaitMs + more }));
const retries = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1e9 }));
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const LONGEST = 2 ** 31 - 1;

const rules = (given: { minWaitMs: number; maxWaitMs: number }, jitter: 'full' | 'none'): BackoffRules => ({
  method: 'Mail.send',
  ...given,
  jitter,
  backoff: undefined,
});

const FAILURE = { kind: 'server', transient: true } as const;

describe('The wait before a retry', () => {
  it('is never below minWait, never above maxWait, and never longer than a timer holds', () => {
    fc.assert(
      fc.property(
        waits,
        retries,
        chance,
        fc.constantFrom('full' as const, 'none' as const),
        (given, retry, random, jitter) => {
          const wait = backoffMs(retry, rules(given, jitter), () => random, FAILURE);
          expect(wait)
            .to.be.at.least(Math.min(given.minWaitMs, LONGEST))
            .and.at.most(Math.min(given.maxWaitMs, LONGEST));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is uniform between minWait and the doubled bound with full jitter', () => {
    fc.assert(
      fc.property(waits, fc.integer({ min: 1, max: 30 }), chance, (given, retry, random) => {
        const floor = Math.min(given.minWaitMs, LONGEST);
        const bound = Math.min(given.maxWaitMs, LONGEST, given.minWaitMs * 2 ** retry);
        expect(backoffMs(retry, rules(given, 'full'), () => random, FAILURE)).to.be.closeTo(
          floor + (bound - floor) * random,
          1e-3,
        );
      }),
    );
  });

  it('is exactly min(maxWait, minWait · 2^(n−1)) without jitter', () => {
    fc.assert(
      fc.property(waits, fc.integer({ min: 1, max: 30 }), (given, retry) => {
        const exact = Math.min(given.maxWaitMs, LONGEST, given.minWaitMs * 2 ** (retry - 1));
        expect(backoffMs(retry, rules(given, 'none'), () => 0.5, FAILURE)).to.equal(exact);
      }),
    );
  });

  it('is still spread out at the cap', () => {
    const given = rules({ minWaitMs: 1000, maxWaitMs: 10_000 }, 'full');
    const seen = [0, 0.25, 0.5, 0.75].map((random) => backoffMs(50, given, () => random, FAILURE));
    expect(seen).to.deep.equal([1000, 3250, 5500, 7750]);
  });

  it('heeds a hint: never less, at most a tenth more, and within maxWait where the hint is', () => {
    const hint = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(hint, hint, hint, chance, (wait, asked, maxWait, random) => {
        const heeded = waitWithHint(wait, asked, maxWait, () => random);
        expect(heeded).to.be.at.least(asked).and.at.least(wait);
        expect(heeded).to.be.at.most(Math.max(wait, asked * 1.1));
        if (asked <= maxWait && wait <= maxWait) expect(heeded).to.be.at.most(maxWait);
      }),
    );
  });

  it('is what a backoff of the user says, at most maxWait, and may be none at all', () => {
    const of = (wait: number) =>
      backoffMs(
        3,
        { method: 'Mail.send', minWaitMs: 50, maxWaitMs: 1000, jitter: 'full', backoff: () => wait },
        () => 0.5,
        FAILURE,
      );
    expect([0, 7, 1000, 1001, Number.POSITIVE_INFINITY].map(of)).to.deep.equal([0, 7, 1000, 1000, 1000]);
    const given: unknown[] = [];
    const random = (): number => 0.5;
    const rules = {
      method: 'Mail.send',
      minWaitMs: 0,
      maxWaitMs: 9,
      jitter: 'none',
      backoff: (...args: unknown[]) => given.push(...args),
    } as const;
    const error = new Error('x');
    backoffMs(3, rules, random, FAILURE, { error });
    expect(given).to.deep.equal([3, random, FAILURE, error]);
  });

  it('takes for a wait only a number of milliseconds, and says of anything else no more than what it is', () => {
    const waitOf = (wait: unknown) => () =>
      backoffMs(
        1,
        { method: 'Mail.send', minWaitMs: 0, maxWaitMs: 1000, jitter: 'none', backoff: () => wait as number },
        () => 0,
        FAILURE,
      );
    for (const [wait, what] of [
      [-1, '-1'],
      [Number.NaN, 'NaN'],
      ['500', 'string'],
      [null, 'object'],
      [undefined, 'undefined'],
      [true, 'boolean'],
      [500n, 'bigint'],
    ] as const)
      expect(waitOf(wait))
        .to.throw(ConfigurationError)
        .with.deep.property('problems', [
          `Mail.send: @RetryOnTransient() backoff: expected milliseconds >= 0, got ${what}`,
        ]);
  });
});
