import { expect } from 'chai';
import fc from 'fast-check';
import { Limiter, type PlaceInLine } from '#lib/policies/limiter/limiter.js';
import type { LimiterRules } from '#lib/policies/limiter/pace.js';
import { FakeClock } from '#lib/testing/index.js';

const START = Date.UTC(2026, 0, 1);
const SEQUENCES = Number(process.env.SEQUENCES ?? 2000);

/** What became of a call: when it was admitted and what it was charged, or how long it was told that it would wait. */
interface Passed {
  readonly at: number;
  readonly cost: number;
}

const rules: fc.Arbitrary<LimiterRules> = fc
  .record({
    limit: fc.constantFrom(1, 3, 7, 20, 60, 1000, 2_000_000),
    perMs: fc.constantFrom(1, 7, 100, 1000, 60_000, 1.5),
    burst: fc.constantFrom(1, 2, 5, 20),
  })
  .map(({ limit, perMs, burst }) => ({ limit, perMs, burst: Math.min(limit, burst) }));

/** A wait before it, in shares of the time of a unit; its cost; whether it waits. */
const calls = fc.array(
  fc.tuple(fc.constantFrom(0, 0, 0.3, 1, 2.7, 40), fc.constantFrom(1, 1, 1, 2, 5, 19, 5000), fc.boolean()),
  { minLength: 1, maxLength: 40 },
);

/** Slots in exact fractions of a millisecond, from the theoretical arrival time of the textbook: nothing is ever rounded. */
class Textbook {
  /** Milliseconds times `limit`, times 10 for a `per` of half milliseconds. */
  #arrival = 0n;
  readonly #scale: bigint;
  readonly #per: bigint;

  /** Above one unit a millisecond, those that are due within one pass together: the clock cannot tell them apart. */
  readonly #early: bigint;

  constructor(readonly rules: LimiterRules) {
    this.#scale = BigInt(rules.limit) * 10n;
    this.#per = BigInt(rules.perMs * 10);
    this.#early = this.#scale > this.#per ? this.#scale - 1n : 0n;
  }

  /** Whole milliseconds, rounded up, at which a call that comes at `now` passes. */
  slot(cost: number, now: number): bigint {
    const burst = BigInt(this.rules.burst);
    const due = this.#arrival - (burst - min(this.#charged(cost), burst)) * this.#per - this.#early;
    const at = BigInt(now) * this.#scale;
    return due > at ? due : at;
  }

  pass(cost: number, slot: bigint): void {
    this.#arrival = (this.#arrival > slot ? this.#arrival : slot) + this.#charged(cost) * this.#per;
  }

  toMs(slot: bigint): number {
    return Number((slot + this.#scale - 1n) / this.#scale);
  }

  #charged(cost: number): bigint {
    return BigInt(Math.min(cost, this.rules.limit));
  }
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** The most that any time of `per` may see. */
function mostIn(given: LimiterRules, passed: readonly Passed[]): number {
  const largest = Math.max(...passed.map(({ cost }) => Math.min(cost, given.limit)));
  return given.limit + Math.max(given.burst, largest) - 1;
}

/** What the busiest time of `per` saw that ends with a call. The clock counts whole milliseconds, and so does a window. */
function busiest({ limit, perMs }: LimiterRules, passed: readonly Passed[]): number {
  let most = 0;
  for (const [last, { at }] of passed.entries()) {
    let sum = 0;
    for (let i = last; i >= 0 && (passed[i] as Passed).at > at - Math.floor(perMs); i--)
      sum += Math.min((passed[i] as Passed).cost, limit);
    most = Math.max(most, sum);
  }
  return most;
}

describe('A limiter', () => {
  const spacing = ({ limit, perMs }: LimiterRules): number => perMs / limit;

  it('admits each call at the very millisecond that the textbook says, waiting or told how long', async () => {
    await fc.assert(
      fc.asyncProperty(rules, calls, async (given, arrivals) => {
        const clock = new FakeClock(START);
        const limiter = new Limiter(given);
        const textbook = new Textbook(given);
        const passed: Passed[] = [];
        const expected: number[] = [];
        let inLine = 0;
        for (const [gap, cost, waits] of arrivals) {
          await clock.advance(`${Math.floor(gap * spacing(given))}ms`);
          const now = clock.now();
          const slot = textbook.slot(cost, now);
          const at = textbook.toMs(slot);
          const isTaken = limiter.take('key', cost, now) === 0;
          if (at > now) expect(limiter.waitMs('key', cost, now) + now + Number(isTaken)).to.equal(at);
          if (isTaken) passed.push({ at: now, cost });
          else if (waits) {
            inLine += 1;
            limiter.join('key', cost, clock, () => {
              inLine -= 1;
              passed.push({ at: clock.now(), cost });
            });
          }
          if (isTaken || waits) {
            textbook.pass(cost, slot);
            expected.push(at);
          }
          expect(limiter.waiting).to.equal(inLine);
        }
        await clock.advance('10000d');
        expect(passed.map(({ at }) => at)).to.deep.equal(expected);
        expect([limiter.waiting, clock.timers]).to.deep.equal([0, 0]);
        if (passed.length > 0) expect(busiest(given, passed)).to.be.at.most(mostIn(given, passed));
      }),
      { numRuns: SEQUENCES },
    );
  });

  type Step =
    | { readonly kind: 'call'; readonly gap: number; readonly cost: number; readonly actual: number }
    | { readonly kind: 'leave' | 'correct'; readonly gap: number; readonly which: number };
  const gap = fc.constantFrom(0, 0, 0.4, 1, 3, 25);
  const cost = fc.constantFrom(1, 1, 2, 5, 30);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('call' as const), gap, cost, actual: cost }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('correct' as const), gap, which: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), gap, which: fc.nat(9) }) },
  );

  it('keeps the limit and the order under any corrections and departures, lets nobody starve and nobody wait in vain', async () => {
    await fc.assert(
      fc.asyncProperty(rules, fc.array(step, { maxLength: 40 }), async (given, steps) => {
        const clock = new FakeClock(START);
        const limiter = new Limiter(given);
        /** In the order in which units were taken or given back: what windows are summed over. */
        const charges: Passed[] = [];
        const passes: { readonly at: number; readonly index: number }[] = [];
        const running: { cost: number; actual: number }[] = [];
        let line: { place: PlaceInLine; cost: number; promised: number; delayed: number }[] = [];
        const admit = (charged: number, actual: number): void => {
          charges.push({ at: clock.now(), cost: Math.min(charged, given.limit) });
          passes.push({ at: clock.now(), index: charges.length });
          running.push({ cost: charged, actual });
        };
        for (const next of steps) {
          await clock.advance(`${Math.floor(next.gap * spacing(given))}ms`);
          const now = clock.now();
          if (next.kind === 'call') {
            const wait = limiter.take('key', next.cost, now);
            if (wait === 0) admit(next.cost, next.actual);
            else {
              const entry = { promised: now + wait, delayed: 0, cost: next.cost } as (typeof line)[number];
              entry.place = limiter.join('key', next.cost, clock, () => {
                expect(line[0]).to.equal(entry);
                line = line.slice(1);
                expect(clock.now()).to.be.at.most(entry.promised + Math.ceil(entry.delayed));
                admit(next.cost, next.actual);
              });
              line.push(entry);
            }
          } else if (next.kind === 'leave') {
            const [left] = line.splice(next.which % (line.length || 1), 1);
            if (left) limiter.quit(left.place);
          } else {
            const [done] = running.splice(next.which % (running.length || 1), 1);
            if (!done) continue;
            limiter.correct('key', done.cost, done.actual, now);
            const difference = Math.min(done.actual, given.limit) - Math.min(done.cost, given.limit);
            charges.push({ at: now, cost: difference });
            if (difference > 0) for (const each of line) each.delayed += difference * spacing(given) + 1;
          }
          expect(limiter.waiting).to.equal(line.length);
        }
        await clock.advance('10000d');
        expect([limiter.waiting, line.length, clock.timers]).to.deep.equal([0, 0, 0]);
        for (const { at, index } of passes) {
          let sum = 0;
          let most = 0;
          for (let i = index - 1; i >= 0 && (charges[i] as Passed).at > at - Math.floor(given.perMs); i--) {
            sum += (charges[i] as Passed).cost;
            most = Math.max(most, sum);
          }
          const own = (charges[index - 1] as Passed).cost;
          expect(most).to.be.at.most(given.limit + Math.max(given.burst, own) - 1);
        }
      }),
      { numRuns: SEQUENCES },
    );
  });

  it('forgets keys whose bucket is full again, so that it holds those that are in use', () => {
    const limiter = new Limiter({ limit: 10, perMs: 1000, burst: 1 });
    for (let i = 0; i < 100_000; i++) limiter.take(`tenant ${i}`, 1, START + i);
    // Each owes for 100 ms, in which 100 come.
    expect(limiter.keys).to.be.at.most(300);
  });

  it('never forgets a key that owes', () => {
    const limiter = new Limiter({ limit: 10, perMs: 1000, burst: 1 });
    for (let i = 0; i < 500; i++) expect(limiter.take(`tenant ${i}`, 10, START + i)).to.equal(0);
    for (let i = 0; i < 500; i++) expect(limiter.take(`tenant ${i}`, 1, START + 500)).to.equal(500 + i);
  });

  it('lets units that are due within one millisecond pass together, and no more in a second', async () => {
    for (const [limit, rejected] of [
      [5000, 0],
      [2500, 0],
      [1500, 0],
      [1000, 0],
      [500, 500],
    ] as const) {
      const limiter = new Limiter({ limit, perMs: 1000, burst: 1 });
      const each = Math.ceil(limit / 1000);
      let passed = 0;
      for (let ms = 0; ms < 1000; ms++)
        for (let i = 0; i < each; i++) if (limiter.take('key', 1, START + ms) === 0) passed += 1;
      expect(passed).to.equal(limit);
      expect(each * 1000 - passed, String(limit)).to.equal(limit % 1000 === 0 ? rejected : each * 1000 - limit);
    }
  });

  it('keeps keys apart', async () => {
    const clock = new FakeClock(START);
    const limiter = new Limiter({ limit: 1, perMs: 1000, burst: 1 });
    expect([limiter.take('a', 1, START), limiter.take('b', 1, START)]).to.deep.equal([0, 0]);
    const heard: string[] = [];
    limiter.join('a', 1, clock, () => heard.push('a'));
    limiter.join('a', 1, clock, () => heard.push('a again'));
    limiter.join('b', 1, clock, () => heard.push('b'));
    expect([limiter.waitingFor('a'), limiter.waitingFor('b'), limiter.waitingFor('c')]).to.deep.equal([2, 1, 0]);
    await clock.advance('1s');
    expect(heard).to.deep.equal(['a', 'b']);
    await clock.advance('1s');
    expect(heard).to.deep.equal(['a', 'b', 'a again']);
  });

  it('shares its limit among the members of a fleet, also of those who wait already', async () => {
    const clock = new FakeClock(START);
    const limiter = new Limiter({ limit: 10, perMs: 1000, burst: 1 });
    const at: number[] = [];
    expect(limiter.take('', 1, clock.now())).to.equal(0);
    for (let i = 0; i < 3; i++) limiter.join('', 1, clock, () => at.push(clock.now() - START));
    await clock.advance('50ms');
    limiter.shareAmong(4, clock.now());
    await clock.advance('10s');
    // Half a unit was owed: it takes four times as long from then on.
    expect(at).to.deep.equal([250, 650, 1050]);
  });

  it('gives no burst to calls that waited for a timer that was late', async () => {
    const limiter = new Limiter({ limit: 10, perMs: 1000, burst: 1 });
    let now = START;
    let fire: (() => void) | undefined;
    const clock = { now: () => now, setTimer: (callback: () => void) => (fire = callback), clearTimer: () => {} };
    const at: number[] = [];
    limiter.take('', 1, now);
    for (let i = 0; i < 5; i++) limiter.join('', 1, clock, () => at.push(now - START));
    for (now += 5000; at.length < 5; now += 50) fire?.();
    expect(at).to.deep.equal([5000, 5100, 5200, 5300, 5400]);
  });

  it('does not make anybody wait for longer when the clock is set back', () => {
    const limiter = new Limiter({ limit: 10, perMs: 1000, burst: 1 });
    limiter.take('', 1, START);
    expect(limiter.waitMs('', 1, START - 3_600_000)).to.equal(100);
    expect(limiter.take('', 1, START - 3_600_000 + 50)).to.equal(100);
  });
});
