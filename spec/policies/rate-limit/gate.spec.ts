import { expect } from 'chai';
import fc from 'fast-check';
import { Gate, type PlaceAtGate } from '#lib/policies/rate-limit/gate.js';
import type { Pass } from '#lib/policies/rate-limit/state.js';
import { FakeClock } from '#lib/testing/index.js';

const START = Date.UTC(2026, 0, 1);
const REFUSAL = { hintMs: undefined, pass: undefined, minWaitMs: 1000, maxGateMs: 300_000 };

describe('A gate', () => {
  it('is open until a 429 comes, and nobody need look at the clock', () => {
    const gate = new Gate();
    expect(gate.isOpen).to.equal(true);
    expect(gate.limited({ ...REFUSAL, hintMs: 500 }, START)).to.equal(true);
    expect([gate.isOpen, gate.isClosedAt(START + 499), gate.isClosedAt(START + 500)]).to.deep.equal([
      false,
      true,
      false,
    ]);
    expect(gate.limited({ ...REFUSAL, hintMs: 500 }, START)).to.equal(false);
    expect(gate.stateAt(START + 60_500).kind).to.equal('open');
    expect(gate.isOpen).to.equal(true);
  });

  it('learns nothing from the answer to a call that passed before it was opened by hand', () => {
    const gate = new Gate();
    gate.limited({ ...REFUSAL, hintMs: 1000 }, START);
    const { pass } = gate.enter(START + 1000);
    gate.open();
    gate.limited({ ...REFUSAL, hintMs: 600_000 }, START + 2000);
    gate.answered(pass as Pass, true, START + 3000);
    // The hint is longer than `maxGate`, so only one call tries.
    expect(gate.enter(START + 302_000).hasPassed).to.equal(true);
    expect(gate.retryAfterMs(START + 302_000)).to.equal(300_000);
  });

  it('lets those who wait pass in the order of their tickets, at its pace', async () => {
    const clock = new FakeClock(START);
    const gate = new Gate();
    for (let i = 0; i < 20; i++) if (gate.succeeded()) gate.note(START);
    // 20 in two seconds: 8.5 a second from now on.
    const early = gate.ticket();
    gate.limited({ ...REFUSAL, hintMs: 1000 }, START);
    const heard: [string, number][] = [];
    const wait = (name: string, ticket: number) =>
      gate.join(ticket, clock, () => heard.push([name, clock.now() - START]));
    const tickets = ['a', 'b', 'c'].map((name) => {
      const ticket = gate.ticket();
      wait(name, ticket);
      return ticket;
    });
    wait('early', early);
    expect(gate.expectedWaitMs(tickets[2] as number, START)).to.be.within(1353, 1354);
    expect([gate.waiting, clock.timers]).to.deep.equal([4, 1]);
    await clock.advance('3s');
    expect(heard).to.deep.equal([
      ['early', 1000],
      ['a', 1118],
      ['b', 1236],
      ['c', 1353],
    ]);
    expect([gate.waiting, clock.timers]).to.deep.equal([0, 0]);
  });

  it('lets the others pass before one that may not yet, and keeps its place', async () => {
    const clock = new FakeClock(START);
    const gate = new Gate();
    for (let i = 0; i < 20; i++) if (gate.succeeded()) gate.note(START);
    gate.limited({ ...REFUSAL, hintMs: 100 }, START);
    const heard: [string, number][] = [];
    const wait = (name: string, notBefore?: number): void => {
      gate.join(gate.ticket(), clock, () => heard.push([name, clock.now() - START]), notBefore);
    };
    wait('bound', START + 300);
    wait('a');
    wait('b');
    wait('c');
    // 8.5 a second from 100 ms on: a at 100, b at 218, bound before c at 336.
    expect(gate.retryAfterMs(START)).to.be.within(570, 572);
    expect([gate.waiting, clock.timers]).to.deep.equal([4, 1]);
    await clock.advance('1s');
    expect(heard.map(([name]) => name)).to.deep.equal(['a', 'b', 'bound', 'c']);
    expect(heard.map(([, at]) => at)).to.deep.equal([100, 218, 336, 453]);
    expect([gate.waiting, clock.timers]).to.deep.equal([0, 0]);
  });

  it('lets nobody wait for one that may not yet, once it is open', async () => {
    const clock = new FakeClock(START);
    const gate = new Gate();
    gate.limited({ ...REFUSAL, hintMs: 5000 }, START);
    let passed: number | undefined;
    gate.join(gate.ticket(), clock, () => (passed = clock.now() - START), START + 1000);
    expect(gate.enter(START).hasPassed).to.equal(false);
    gate.open();
    expect(gate.enter(START).hasPassed).to.equal(true);
    await clock.advance('2s');
    expect([passed, gate.waiting, clock.timers]).to.deep.equal([1000, 0, 0]);
  });

  it('lets newcomers pass behind those who wait, and tells them when', () => {
    const clock = new FakeClock(START);
    const gate = new Gate();
    gate.limited({ ...REFUSAL, hintMs: 1000 }, START);
    gate.join(gate.ticket(), clock, () => {});
    expect(gate.enter(START + 1000).hasPassed).to.equal(false);
    expect(gate.retryAfterMs(START)).to.equal(2000);
    // Nothing is known of the limit: the pace grows with each success.
    for (let i = 0; i < 200; i++) gate.join(gate.ticket(), clock, () => {});
    expect(gate.retryAfterMs(START)).to.equal(12_000);
  });

  it('moves those behind up when somebody leaves', async () => {
    const clock = new FakeClock(START);
    const gate = new Gate();
    gate.limited({ ...REFUSAL, hintMs: 1000 }, START);
    const heard: number[] = [];
    const places = [0, 1, 2].map((i) => gate.join(gate.ticket(), clock, () => heard.push(i)));
    gate.quit(places[0] as PlaceAtGate);
    gate.quit(places[2] as PlaceAtGate);
    await clock.advance('1s');
    expect([heard, gate.waiting, clock.timers]).to.deep.equal([[1], 0, 0]);
  });

  it('lets everybody pass when it is opened by hand', async () => {
    const clock = new FakeClock(START);
    const gate = new Gate();
    gate.limited({ ...REFUSAL, hintMs: 250_000 }, START);
    let passed = 0;
    for (let i = 0; i < 50; i++) gate.join(gate.ticket(), clock, (pass) => (passed += pass ? 0 : 1));
    gate.open();
    expect(gate.isOpen).to.equal(true);
    await clock.advance('1ms');
    expect([passed, gate.waiting, clock.timers]).to.deep.equal([50, 0, 0]);
  });

  it('does not open by itself while somebody waits, however slow its pace', async () => {
    const clock = new FakeClock(START);
    const gate = new Gate();
    gate.limited({ ...REFUSAL, minWaitMs: 120_000 }, START);
    const at: number[] = [];
    for (let i = 0; i < 3; i++) gate.join(gate.ticket(), clock, () => at.push(clock.now() - START));
    await clock.advance('10m');
    expect(at).to.deep.equal([60_000, 120_000, 180_000]);
    expect(gate.stateAt(clock.now()).kind).to.equal('open');
  });

  it('lets nobody pass before a hint is over, forgets nobody, and keeps the order, whatever happens', async () => {
    type Step =
      | { readonly kind: 'come' | 'leave' | 'succeed' | 'fail'; readonly ms: number; readonly which: number }
      | { readonly kind: '429'; readonly ms: number; readonly which: number; readonly hintMs: number | undefined };
    const ms = fc.constantFrom(0, 0, 3, 50, 700, 5000, 61_000);
    const step: fc.Arbitrary<Step> = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constantFrom('come', 'come', 'come', 'succeed', 'fail', 'leave'),
          ms,
          which: fc.nat(9),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('429' as const),
          ms,
          which: fc.nat(9),
          hintMs: fc.constantFrom(undefined, 40, 1000, 20_000, 900_000),
        }),
      },
    );
    const maxGateMs = 300_000;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = new FakeClock(START);
        const gate = new Gate();
        let running: (Pass | undefined)[] = [];
        let waiting: { ticket: number; place: PlaceAtGate }[] = [];
        let closedUntil = 0;
        const pass = (how: Pass | undefined): void => {
          expect(clock.now()).to.be.at.least(closedUntil);
          running.push(how);
        };
        for (const { kind, ms, which, ...more } of steps) {
          await clock.advance(`${ms}ms`);
          const now = clock.now();
          if (kind === 'come') {
            const entry = gate.enter(now);
            if (entry.hasPassed) {
              expect(waiting).to.deep.equal([]);
              pass(entry.pass);
              continue;
            }
            const ticket = gate.ticket();
            const place = gate.join(ticket, clock, (how) => {
              expect(waiting[0]?.ticket).to.equal(ticket);
              waiting = waiting.slice(1);
              pass(how);
            });
            waiting.push({ ticket, place });
          } else if (kind === 'leave') {
            const [left] = waiting.splice(which % (waiting.length || 1), 1);
            if (left) gate.quit(left.place);
          } else {
            if (running.length === 0) continue;
            const [ended] = running.splice(which % running.length, 1);
            if (kind === '429') {
              const { hintMs } = more as { hintMs: number | undefined };
              gate.limited({ hintMs, pass: ended, minWaitMs: 1000, maxGateMs }, now);
              if (hintMs !== undefined) closedUntil = Math.max(closedUntil, now + Math.min(hintMs, maxGateMs));
            } else if (ended) gate.answered(ended, kind === 'succeed', now);
          }
          expect(gate.waiting).to.equal(waiting.length);
          expect(clock.timers).to.equal(waiting.length > 0 ? 1 : 0);
        }
        // Those who tried after maxGate have no answer: each of the others tries for five seconds in its turn.
        await clock.advance('3h');
        expect([gate.waiting, clock.timers]).to.deep.equal([0, 0]);
        running = [];
        await clock.advance('61s');
        expect(gate.stateAt(clock.now()).kind).to.equal('open');
      }),
      { numRuns: 500 },
    );
  });
});
