import { expect } from 'chai';
import {
  answered,
  asOf,
  type GateState,
  held,
  type Limited,
  limited,
  OPEN,
  type Pass,
  passed,
  passOf,
  type Refusal,
  waitMs,
} from '#lib/policies/rate-limit/state.js';

const START = 1_000_000;
const REFUSAL: Refusal = { hintMs: undefined, pass: undefined, successRate: 0, minWaitMs: 1000, maxGateMs: 300_000 };

const close = (refusal: Partial<Refusal>, now = START, state: GateState = OPEN): Limited =>
  limited(state, { ...REFUSAL, ...refusal }, now);

/** Lets the next call pass as soon as it may. */
function passNext(state: GateState, now: number): { state: GateState; at: number; pass: Pass } {
  const at = now + Math.ceil(waitMs(state, 0, now));
  return { at, pass: passOf(asOf(state, at), true) as Pass, state: passed(state, true, at) };
}

describe('The rules of the gate', () => {
  it('let everybody pass while it is open', () => {
    expect([waitMs(OPEN, 0, START), passOf(OPEN, false), passed(OPEN, false, START)]).to.deep.equal([
      0,
      undefined,
      OPEN,
    ]);
  });

  it('close it for exactly as long as the upstream asked', () => {
    const closed = close({ hintMs: 2000 });
    expect([0, 1, 1999, 2000].map((later) => waitMs(closed, 0, START + later))).to.deep.equal([2000, 1999, 1, 0]);
  });

  it('keep the hint that lasts longer', () => {
    const closed = close({ hintMs: 2000 });
    const until = (hintMs: number, later: number) => close({ hintMs }, START + later, closed).until - START;
    expect([until(500, 500), until(1500, 500), until(3000, 500)]).to.deep.equal([2000, 2000, 3500]);
  });

  it('close it without a hint for one interval of the new pace, twice as long each time nobody gets through', () => {
    // 20 a second succeeded: 17 a second from now on.
    let state: GateState = close({ successRate: 0.02 });
    const interval = 1000 / 17;
    const pauses = [waitMs(state, 0, START)];
    let now = START;
    for (let i = 0; i < 6; i++) {
      const { at, pass, state: after } = passNext(state, now);
      now = at;
      state = close({ pass }, now, after);
      pauses.push(waitMs(state, 0, now));
    }
    pauses.forEach((pause, i) => expect(pause).to.be.closeTo(interval * 2 ** i, 1e-6));
  });

  it('cut the pace for a call that came after others, and begin with one interval again', () => {
    let state: GateState = close({ successRate: 0.02 });
    const first = passNext(state, START);
    const second = passNext(first.state, first.at);
    expect([first.pass.isFirst, second.pass.isFirst]).to.deep.equal([true, false]);
    const before = (second.state as Limited).pace.rate;
    state = close({ pass: second.pass }, second.at, second.state);
    expect((state as Limited).pace.rate).to.be.closeTo(0.8 * before, 1e-9);
    expect(waitMs(state, 0, second.at)).to.be.closeTo(1 / (0.8 * before), 1e-6);
  });

  it('cut once for all that were under way when it closed', () => {
    const state = close({ successRate: 0.02 });
    expect(close({}, START + 5, state)).to.deep.include({ pace: state.pace, epoch: 1, until: state.until });
    const { at, pass, state: after } = passNext(state, START);
    const again = close({ pass }, at, after);
    expect(close({ pass }, at + 3, again)).to.deep.include({ pace: again.pace, epoch: 2, until: again.until });
    // A hint counts, whoever brings it.
    expect(close({ pass, hintMs: 9000 }, at + 3, again).until).to.equal(at + 9003);
  });

  it('let calls pass one by one afterwards, at the pace, and say exactly when', () => {
    let state: GateState = close({ successRate: 0.01, hintMs: 1000 });
    const expected = Array.from({ length: 5 }, (_, ahead) => Math.ceil(waitMs(state, ahead, START)));
    const passes: number[] = [];
    for (let now = START; passes.length < 5; ) {
      const next = passNext(state, now);
      ({ state, at: now } = next);
      passes.push(now - START);
    }
    expect(passes).to.deep.equal(expected);
    expect(passes).to.deep.equal([1000, 1118, 1236, 1353, 1471]);
  });

  it('begin without a success with one call every minWait, ten a second at most', () => {
    expect(close({ minWaitMs: 1000 }).pace.rate).to.equal(1 / 1000);
    expect(close({ minWaitMs: 20 }).pace.rate).to.equal(10 / 1000);
    expect(close({ minWaitMs: 0 }).pace.rate).to.equal(10 / 1000);
  });

  it('let one call try after maxGate, however long the hint, and close it again for its 429', () => {
    const closed = close({ hintMs: 86_400_000, maxGateMs: 60_000 });
    expect(waitMs(closed, 0, START)).to.equal(60_000);
    // Others wait for the end of the hint, as far as they know.
    expect(waitMs(closed, 1, START)).to.be.at.least(86_400_000);
    const { at, pass, state } = passNext(closed, START);
    expect(at).to.equal(START + 60_000);
    expect(waitMs(state, 0, at)).to.be.at.least(86_340_000);
    const again = close({ pass, hintMs: 86_340_000, maxGateMs: 60_000 }, at + 100, state);
    expect(waitMs(again, 0, at + 100)).to.equal(60_000);
  });

  it('let another call try when the first one takes too long or proves nothing', () => {
    const { at, pass, state } = passNext(close({ hintMs: 86_400_000, maxGateMs: 60_000 }), START);
    expect(waitMs(state, 0, at + 4999)).to.be.above(80_000_000);
    expect(waitMs(state, 0, at + 5000)).to.equal(0);
    expect(waitMs(answered(state, pass, false, at + 10), 0, at + 10)).to.equal(0);
  });

  it('pace it as soon as the call that tried has succeeded', () => {
    const { at, pass, state } = passNext(close({ hintMs: 86_400_000, maxGateMs: 60_000 }), START);
    const paced = answered(state, pass, true, at + 200) as Limited;
    expect(waitMs(paced, 0, at + 200)).to.be.at.most(1000);
    expect(waitMs(paced, 2, at + 200)).to.be.at.most(3000);
  });

  it('open it when it has held nobody back for a minute, not before its hint is over', () => {
    const closed = close({ hintMs: 100_000 });
    expect(asOf(closed, START + 159_999)).to.equal(closed);
    expect(asOf(closed, START + 160_000)).to.equal(OPEN);
    const passing = passed(closed, false, START + 159_000);
    expect(asOf(passing, START + 160_000)).to.equal(OPEN);
    const holding = held(closed, START + 159_000);
    expect(asOf(holding, START + 218_999).kind).to.equal('limited');
    expect(asOf(holding, START + 219_000)).to.equal(OPEN);
    const probing = close({ hintMs: 86_400_000, maxGateMs: 1000 });
    expect(asOf(probing, START + 86_399_999).kind).to.equal('limited');
  });

  it('do not hold anybody for longer than was meant when the clock is set back', () => {
    const closed = close({ hintMs: 2000 });
    expect(waitMs(closed, 0, START - 900_000)).to.equal(2000);
    const again = asOf(closed, START - 900_000);
    expect(waitMs(again, 0, START - 900_000 + 2000)).to.equal(0);
  });

  it('ignore a success of before the last pause', () => {
    const state = close({ successRate: 0.02 });
    const { at, pass, state: after } = passNext(state, START);
    const again = close({ pass }, at, after);
    expect(answered(again, pass, true, at + 5)).to.equal(again);
    expect(answered(OPEN, pass, true, at)).to.equal(OPEN);
  });
});
