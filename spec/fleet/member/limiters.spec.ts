import { expect } from 'chai';
import { type Process, type ProcessOptions, World } from '../support/world.js';

const LIMIT = 600;
const PER_MS = 60_000;
const PER_SECOND = LIMIT / 60;
const RULES = { limit: LIMIT, perMs: PER_MS, burst: 10 };
const SHARED: ProcessOptions = { limiter: RULES };

describe('a limiter in a fleet', () => {
  let world: World;
  /** When a call passed. */
  let passed: number[];

  beforeEach(() => {
    world = new World(3);
    passed = [];
  });

  afterEach(async () => {
    world.store.resume();
    await world.close();
    expect(world.clock.timers, 'timers left behind').to.equal(0);
  });

  /** Every process asks for more than it may have, for so many seconds. @returns how many passed */
  async function press(seconds: number, among = world.processes): Promise<number> {
    const before = passed.length;
    for (let turn = 0; turn < seconds * 20; turn += 1) {
      const now = world.clock.now();
      for (const { limiter } of among) if (limiter.take('', 1, now) === 0) passed.push(now);
      await world.clock.advance('50ms');
    }
    return passed.length - before;
  }

  const members = (among = world.processes): number[] => world.sharers(LIMIT, among);

  /** The most that any minute saw. */
  function busiest(): number {
    let most = 0;
    let first = 0;
    for (const [last, at] of passed.entries()) {
      while ((passed[first] as number) <= at - PER_MS) first += 1;
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  it('has its whole limit when the process is alone, and half of it as soon as there are two', async () => {
    await world.join(1, SHARED);
    expect(await press(60)).to.be.within(LIMIT, LIMIT + 10);
    await world.join(1, SHARED);
    await press(2);
    expect(await press(60), 'both together').to.be.within(LIMIT - 5, LIMIT + 10);
    expect(members()).to.deep.equal([2, 2]);
  });

  it('asks the store for no call, and twice a minute while there are any', async () => {
    await world.join(3, SHARED);
    await press(2);
    world.store.ran.length = 0;
    await press(20);
    expect(world.store.ran).to.deep.equal([]);
    await press(100);
    const shares = world.store.ran.filter((op) => op === 'share').length;
    expect(shares).to.be.within(6, 16);
    await world.clock.advance('2m');
    world.store.ran.length = 0;
    await world.clock.advance('10m');
    expect(world.store.ran, 'an idle limiter costs nothing').to.deep.equal([]);
  });

  it('keeps its limit while members grow from 2 to 50 and shrink to 2', async () => {
    await world.join(2, SHARED);
    await press(90);
    expect(busiest()).to.be.at.most(LIMIT + 10 + 2);
    passed = [];
    const joining = await world.join(48, SHARED);
    await press(120);
    // A second at the shares of before, one more unit for each that came.
    expect(busiest()).to.be.at.most(LIMIT + 10 + 50 + 6 * PER_SECOND);
    passed = [];
    const full = await press(60);
    expect(full).to.be.within(0.9 * LIMIT, LIMIT + 50);
    passed = [];
    const closing = Promise.all(joining.map(({ membership }) => membership.close()));
    await press(1, world.processes.slice(0, 2));
    await closing;
    await press(2, world.processes.slice(0, 2));
    const rest = await press(60, world.processes.slice(0, 2));
    expect(rest, 'what the others left is used within seconds').to.be.within(LIMIT - 10, LIMIT + 10);
    expect(busiest()).to.be.at.most(LIMIT + 10 + 50);
  });

  it('counts a killed member until its presence ends, and no longer', async () => {
    const [killed] = await world.join(2, SHARED);
    await press(10);
    (killed as Process).isCut = true;
    const alive = world.processes.slice(1);
    expect(await press(30, alive)).to.be.at.most(LIMIT / 4 + 10);
    await press(80, alive);
    expect(await press(30, alive)).to.be.within(LIMIT / 2 - 5, LIMIT / 2 + 10);
  });

  it('does not count members that have no calls, and counts them again at their next one', async () => {
    await world.join(4, SHARED);
    await press(5);
    const busy = world.processes.slice(0, 1);
    await press(120, busy);
    expect(members(busy)).to.deep.equal([1]);
    world.store.ran.length = 0;
    await press(0.1);
    expect(world.store.ran, 'each of the three at its first call').to.deep.equal(['share', 'share', 'share']);
    await press(2);
    expect(members(busy)).to.deep.equal([4]);
  });

  it('keeps its share while the store hangs, and takes up a new one when it is back', async () => {
    await world.join(4, SHARED);
    await press(5);
    world.store.isHung = true;
    const hung = await press(180);
    expect(hung / 3, 'a minute').to.be.within(LIMIT - 10, LIMIT + 10);
    const [first] = world.processes;
    world.store.resume();
    await press(40);
    const closing = Promise.all(world.processes.slice(1).map(({ membership }) => membership.close()));
    await press(3, [first as Process]);
    await closing;
    expect(await press(60, [first as Process])).to.be.within(LIMIT - 5, LIMIT + 10);
  });

  it('takes no larger share from a store that was flushed and has not counted everybody again', async () => {
    await world.join(10, SHARED);
    await press(60);
    passed = [];
    world.store.memory.flush();
    await press(150);
    expect(busiest()).to.be.at.most(LIMIT + 10 + 10);
    expect(passed.length / 2.5).to.be.at.least(LIMIT - 20);
  });

  it('learns within one turn who came when the messages are lost', async () => {
    await world.join(2, SHARED);
    await press(5);
    world.store.losesMessages = true;
    await world.join(8, SHARED);
    await press(40);
    expect(await press(60)).to.be.at.most(LIMIT + 10 + 10);
  });

  it('believes no message: each is worth one look a second', async () => {
    await world.join(2, SHARED);
    await press(5);
    world.store.ran.length = 0;
    for (let i = 0; i < 1000; i += 1) world.store.publish(`~openai forged${i} share ${1_000_000 - i}`);
    await press(5);
    expect(world.store.ran).to.deep.equal(['share', 'share']);
    world.store.ran.length = 0;
    for (let i = 0; i < 300; i += 1) {
      world.store.publish(`~openai forged share ${3 + i}`);
      await world.clock.advance('10ms');
    }
    expect(world.store.ran.length, 'looks of two members in three seconds').to.be.within(4, 6);
    await press(2);
    world.store.ran.length = 0;
    for (const hostile of [
      '~openai x share -1',
      '~openai x share 1e9',
      '~openai x share',
      '~~ x share 2',
      '~openai x state 1 open',
    ])
      world.store.publish(hostile);
    await press(5);
    expect(world.store.ran).to.deep.equal([]);
    expect(members()).to.deep.equal([2, 2]);
  });

  it('has its whole limit again at once when the process leaves the fleet, also without the store', async () => {
    await world.join(4, SHARED);
    await press(3);
    world.store.isHung = true;
    const [leaving] = world.processes;
    const closing = leaving?.membership.close();
    expect(members([leaving as Process])).to.deep.equal([1]);
    await world.clock.advance('300ms');
    await closing;
  });

  it('is counted and not divided in a fleet that is only watched, and says what it would be', async () => {
    const watching = await world.join(3, { ...SHARED, rules: { mode: 'watch' } });
    await press(3);
    expect(members()).to.deep.equal([1, 1, 1]);
    for (const { events } of watching)
      expect(events.filter(({ type }) => type === 'fleet_shared').at(-1)).to.deep.equal({
        type: 'fleet_shared',
        limiter: 'openai',
        members: 3,
      });
  });

  it('stops to be divided when it is switched off, and counts no more', async () => {
    const [first, second] = await world.join(2, SHARED);
    await press(3);
    (first as Process).limiter.change({ ...RULES, fleet: 'off' }, world.clock.now());
    await press(80);
    expect(members([first as Process, second as Process])).to.deep.equal([1, 1]);
  });

  it('counts no more when the limiter has been forgotten', async () => {
    const [first, second] = await world.join(2, SHARED);
    await press(3);
    (first as Process).isForgotten = true;
    await press(45, [second as Process]);
    expect(members([second as Process])).to.deep.equal([1]);
    world.store.ran.length = 0;
    await press(90, [first as Process]);
    expect(world.store.ran.filter((op) => op === 'share').length, 'of the other one').to.be.at.most(1);
  });

  it('agrees although clocks are an hour apart', async () => {
    await world.join(1, SHARED);
    await world.join(1, { ...SHARED, aheadMs: 3_600_000 });
    await world.join(1, { ...SHARED, aheadMs: -3_600_000 });
    await press(3);
    expect(new Set(members())).to.deep.equal(new Set([3]));
  });
});
