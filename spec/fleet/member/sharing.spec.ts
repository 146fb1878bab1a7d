import { expect } from 'chai';
import fc from 'fast-check';
import { ALONE, counted } from '#lib/fleet/member/sharing.js';
import { Limiter } from '#lib/policies/limiter/limiter.js';
import type { LimiterRules } from '#lib/policies/limiter/pace.js';
import { FakeClock } from '#lib/testing/fake-clock.js';
import { quickest } from '../../support/quickest.js';

const START = Date.UTC(2026, 0, 1);
const SEQUENCES = Number(process.env['SEQUENCES'] ?? 300);

describe('the number of members that divide a limit', () => {
  const PRESENCE = 75_000;

  it('is believed at once when it is the first one, and when it grows', () => {
    const first = counted(ALONE, 'a', 7, START, PRESENCE);
    expect(first.members).to.equal(7);
    expect(counted(first, 'a', 50, START, PRESENCE).members).to.equal(50);
    expect(counted(first, 'b', 50, START, PRESENCE).members).to.equal(50);
  });

  it('falls with the store, but not before a store that has lost its record has counted everybody again', () => {
    const fifty = counted(ALONE, 'a', 50, START, PRESENCE);
    expect(counted(fifty, 'a', 2, START + 1, PRESENCE).members).to.equal(2);
    const flushed = counted(fifty, 'b', 1, START, PRESENCE);
    expect(flushed.members).to.equal(50);
    const later = counted(flushed, 'b', 49, START + PRESENCE - 1, PRESENCE);
    expect(later.members).to.equal(50);
    expect(counted(later, 'b', 2, START + PRESENCE, PRESENCE).members).to.equal(2);
  });

  it('is never below one', () => {
    expect(counted(ALONE, 'a', 0, START, PRESENCE).members).to.equal(1);
  });
});

describe('a limit that members divide', () => {
  const rules: fc.Arbitrary<LimiterRules> = fc
    .record({
      limit: fc.constantFrom(1, 7, 20, 60, 1000),
      perMs: fc.constantFrom(100, 1000, 60_000, 1.5),
      burst: fc.constantFrom(1, 2, 5, 20),
    })
    .map(({ limit, perMs, burst }) => ({ limit, perMs, burst: Math.min(limit, burst) }));
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('call' as const), who: fc.nat(9), cost: fc.constantFrom(1, 1, 1, 3) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), part: fc.constantFrom(0.1, 0.5, 1, 3, 40) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('members' as const), count: fc.integer({ min: 1, max: 10 }) }),
    },
  );

  it('lets no more pass in any time of its length than the limit, a burst, and what one more call a member costs', () => {
    fc.assert(
      fc.property(rules, fc.array(step, { minLength: 5, maxLength: 80 }), (given, steps) => {
        let now = START;
        let members = [new Limiter(given)];
        const passed: { readonly at: number; readonly cost: number; readonly who: Limiter }[] = [];
        for (const one of steps) {
          if (one.kind === 'wait') now += Math.floor((one.part * given.perMs) / given.limit);
          else if (one.kind === 'members') {
            // Members that come owe nothing; those that leave take what they owe with them.
            while (members.length < one.count) members.push(new Limiter(given));
            members = members.slice(0, one.count);
            for (const limiter of members) limiter.shareAmong(members.length, now);
          } else {
            const who = members[one.who % members.length]!;
            const cost = Math.min(one.cost, given.limit);
            if (who.take('key', cost, now) === 0) passed.push({ at: now, cost, who });
          }
        }
        for (const [last, { at }] of passed.entries()) {
          const within = passed.slice(0, last + 1).filter((one) => one.at > at - Math.floor(given.perMs));
          const sum = within.reduce((so, { cost }) => so + cost, 0);
          const largest = new Map<Limiter, number>();
          for (const { who, cost } of within) largest.set(who, Math.max(largest.get(who) ?? 0, cost));
          const more = [...largest.values()].reduce((so, cost) => so + cost, 0);
          expect(sum).to.be.at.most(given.limit + given.burst + more);
        }
      }),
      { numRuns: SEQUENCES },
    );
  });

  it('neither forgives nor adds to a debt when it is divided otherwise, for any number of keys', () => {
    fc.assert(
      fc.property(
        rules,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
        (given, changes) => {
          const limiter = new Limiter(given);
          for (const key of ['a', 'b', 'c']) expect(limiter.take(key, given.limit, START)).to.equal(0);
          for (const members of changes) limiter.shareAmong(members, START);
          limiter.shareAmong(1, START);
          const untouched = new Limiter(given);
          untouched.take('a', given.limit, START);
          const expected = untouched.waitMs('a', 1, START);
          // Rounded up to a part of a unit at each change: never in favour of the caller.
          for (const key of ['a', 'b', 'c'])
            expect(limiter.waitMs(key, 1, START) - expected).to.be.within(0, changes.length);
        },
      ),
      { numRuns: SEQUENCES },
    );
  });

  it('lets those wait longer who wait when members come, and shorter when they leave', async () => {
    const clock = new FakeClock(START);
    const limiter = new Limiter({ limit: 10, perMs: 1000, burst: 1 });
    const at: number[] = [];
    limiter.take('', 1, clock.now());
    for (let i = 0; i < 4; i += 1) limiter.join('', 1, clock, () => at.push(clock.now() - START));
    await clock.advance('50ms');
    limiter.shareAmong(10, clock.now());
    await clock.advance('500ms');
    expect(at).to.deep.equal([550]);
    limiter.shareAmong(2, clock.now());
    await clock.advance('1s');
    expect(at).to.deep.equal([550, 750, 950, 1150]);
  });

  it('changes for a million keys within the time of a few calls', function () {
    this.timeout(20_000);
    const limiter = new Limiter({ limit: 1, perMs: 86_400_000, burst: 1 });
    for (let i = 0; i < 1_000_000; i += 1) limiter.take(`tenant ${i}`, 1, START);
    expect(limiter.keys).to.equal(1_000_000);
    let members = 50;
    const ms = quickest(() => limiter.shareAmong(members--, START));
    expect(limiter.waitMs('tenant 7', 1, START)).to.equal(48 * 86_400_000);
    expect(ms).to.be.below(500);
  });
});
