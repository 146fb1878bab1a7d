import { expect } from 'chai';
import { type Process, World } from '../support/world.js';

const answers = (): boolean => true;
const fails = (): boolean => false;

describe('a fleet', () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  afterEach(async () => {
    await world.close();
    expect(world.clock.timers, 'timers left behind').to.equal(0);
  });

  it('makes no store operation for calls through a closed circuit', async () => {
    await world.join(3);
    await world.calls(2, answers);
    world.store.ran.length = 0;
    const { answered } = await world.calls(20, answers);
    expect(answered).to.equal(60);
    expect(world.store.ran).to.deep.equal([]);
  });

  it('counts a member in at its first call, and asks twice a minute while it has calls', async () => {
    await world.join(2);
    expect(world.store.ran.filter((op) => op === 'sync')).to.deep.equal([]);
    await world.calls(1, answers);
    expect(world.store.ran.filter((op) => op === 'sync')).to.have.length(2);
    await world.calls(120, answers);
    expect(world.store.ran.filter((op) => op === 'sync').length).to.be.within(8, 14);
  });

  it('opens all ten when the upstream is down, with fewer failures than ten that act alone', async () => {
    await world.join(10);
    await world.calls(10, answers);
    const { failed } = await world.calls(6, fails);
    expect(world.states()).to.deep.equal({ open: 10 });
    expect(failed).to.be.below(50);
    const adopted = world.processes.flatMap(({ circuit }) => circuit.adopted).filter(({ kind }) => kind === 'open');
    expect(adopted.length).to.be.at.least(10);
  });

  it('makes a few operations and two messages for the trip of twenty members', async () => {
    await world.join(20);
    await world.calls(10, answers);
    world.store.ran.length = 0;
    world.store.published.length = 0;
    await world.calls(5, fails);
    expect(world.states()).to.deep.equal({ open: 20 });
    expect(world.store.published).to.have.length(2);
    expect(world.store.ran.length).to.be.at.most(2 * 20);
  });

  it('closes all with the success of one probe', async () => {
    await world.join(10);
    await world.calls(10, answers);
    await world.calls(6, fails);
    let probes = 0;
    await world.calls(12, () => {
      if (world.states()['closed'] === undefined) probes += 1;
      return true;
    });
    expect(world.states()).to.deep.equal({ closed: 10 });
    expect(probes).to.equal(1);
  });

  it('sends one probe of the whole fleet for each recovery while the upstream stays down', async () => {
    await world.join(20);
    await world.calls(10, answers);
    await world.calls(10, fails);
    const { failed } = await world.calls(40, fails);
    expect(failed).to.be.within(3, 4);
  });

  it('stays closed when four of ten are bad', async () => {
    const bad = new Set(await world.join(4));
    await world.join(6);
    await world.calls(60, (process) => !bad.has(process));
    expect(world.processes.slice(4).map(({ circuit }) => circuit.adopted)).to.deep.equal([[], [], [], [], [], []]);
    expect(world.store.published.filter((message) => message.includes(' state '))).to.deep.equal([]);
  });

  it('lets the good members go on when seven of ten are bad', async () => {
    const bad = new Set(await world.join(7));
    const good = await world.join(3);
    await world.calls(5, answers);
    const answered = new Map(good.map((process) => [process, 0]));
    await world.calls(60, (process) => {
      if (bad.has(process)) return false;
      answered.set(process, (answered.get(process) ?? 0) + 1);
      return true;
    });
    const goodput = [...answered.values()].reduce((sum, one) => sum + one, 0) / (3 * 60);
    expect(goodput).to.be.at.least(0.65);
  });

  it('never opens on one vote, even when one member is all that is known', async () => {
    const [bad] = await world.join(1);
    await world.calls(20, fails);
    expect(bad?.member.record.state).to.equal('closed');
    await world.join(9);
    await world.calls(20, (process) => process !== bad);
    expect(world.processes.slice(1).flatMap(({ circuit }) => circuit.adopted)).to.deep.equal([]);
  });

  it('dissolves an opening that most of the members doubt', async () => {
    const rules = { syncMs: 2000, presenceMs: 5000 };
    const bad = new Set(await world.join(3, { rules }));
    const good = await world.join(7, { rules });
    // The bad ones are the only ones that the store knows.
    for (const process of good) process.isCut = true;
    await world.calls(6, (process) => !bad.has(process));
    for (const process of good) process.isCut = false;
    await world.calls(5, (process) => !bad.has(process));
    expect(
      world.store.published.map((message) => / (quorum|dissolved) /.exec(message)?.[1]).filter(Boolean),
    ).to.deep.equal(['quorum', 'dissolved']);
    expect(good.map(({ circuit }) => circuit.state)).to.deep.equal(new Array(7).fill('closed'));
    const isSeconder = (process: Process): boolean => process.events.some(({ type }) => type === 'fleet_seconded');
    const tripped = [...bad].filter((process) => !isSeconder(process));
    expect(tripped.length).to.be.at.least(1);
    expect(tripped.map(({ circuit }) => circuit.state)).to.deep.equal(tripped.map(() => 'open'));
    const { answered } = await world.calls(10, answers, good);
    expect(answered).to.equal(70);
  });

  it('seconds a trip by members that are half-way to their own', async () => {
    await world.join(10);
    await world.calls(5, answers);
    await world.calls(6, fails);
    const seconded = world.processes.filter(({ events }) => events.some(({ type }) => type === 'fleet_seconded'));
    expect(seconded.length).to.be.at.least(1);
  });

  it('does not count idle members', async () => {
    await world.join(10);
    const busy = world.processes.slice(0, 4);
    await world.calls(5, answers, busy);
    await world.calls(6, fails, busy);
    expect(world.states()).to.deep.equal({ open: 10 });
  });

  it('agrees although clocks are an hour apart', async () => {
    await world.join(3, { aheadMs: 3_600_000 });
    await world.join(3, { aheadMs: -3_600_000 });
    await world.join(4);
    await world.calls(5, answers);
    await world.calls(6, fails);
    expect(world.states()).to.deep.equal({ open: 10 });
    await world.calls(13, answers);
    expect(world.states()).to.deep.equal({ closed: 10 });
  });

  it('starts open where the fleet is', async () => {
    await world.join(4);
    await world.calls(5, answers);
    await world.calls(6, fails);
    const [late] = await world.join(1);
    expect(late?.circuit.state).to.equal('open');
  });

  it('counts its members again after an outage in which all presence has ended', async () => {
    const bad = new Set((await world.join(10)).slice(0, 3));
    await world.calls(5, answers);
    await world.calls(120, fails);
    await world.calls(25, answers);
    expect(world.states()).to.deep.equal({ closed: 10 });
    world.store.published.length = 0;
    await world.calls(8, (process) => !bad.has(process));
    expect(world.store.published.filter((message) => message.includes(' quorum '))).to.deep.equal([]);
  });

  it('is watched without refusing anybody', async () => {
    const watching = { circuit: { mode: 'watch' as const } };
    const [watcher] = await world.join(1, watching);
    await world.join(9);
    await world.calls(5, answers);
    await world.calls(6, (process) => process === watcher);
    expect(watcher?.member.record.state).to.equal('open');
    expect(watcher?.circuit.adopted).to.deep.equal([]);
    expect(world.states()).to.deep.equal({ closed: 1, open: 9 });
  });

  it('grows from 2 to 50 members and shrinks to 2, and opens with those that are there', async () => {
    await world.join(2);
    await world.calls(5, answers);
    await world.join(48);
    await world.calls(5, answers);
    await world.calls(7, fails);
    expect(world.states()).to.deep.equal({ open: 50 });
    await world.calls(25, answers);
    expect(world.states()).to.deep.equal({ closed: 50 });
    const leaving = world.processes.splice(2);
    const closing = Promise.all(leaving.map(({ membership }) => membership.close()));
    await world.clock.advance('100ms');
    await closing;
    await world.calls(45, answers);
    expect(world.processes.map(({ member }) => member.members)).to.deep.equal([2, 2]);
    await world.calls(7, fails);
    expect(world.states()).to.deep.equal({ open: 2 });
    expect(world.processes[0]?.member.record.state).to.equal('open');
  });

  it('agrees while a deployment has other settings in half of the processes', async () => {
    await world.join(5);
    await world.join(5, { circuit: { recoveryMs: 20_000, probes: 2 }, threshold: 3, rules: { quorum: 0.5 } });
    await world.calls(5, answers);
    await world.calls(7, fails);
    expect(world.states()).to.deep.equal({ open: 10 });
    const untils = world.processes.map(({ circuit }) => circuit.until - world.clock.now());
    expect(Math.max(...untils) - Math.min(...untils), 'each adds up to a tenth').to.be.below(2100);
    await world.calls(60, answers);
    expect(world.states()).to.deep.equal({ closed: 10 });
  });

  it('ramps up together where circuits have no ramp of their own', async () => {
    await world.join(3);
    await world.calls(5, answers);
    await world.calls(6, fails);
    await world.calls(13, answers);
    const closed = world.processes.flatMap(({ circuit }) => circuit.adopted.filter(({ kind }) => kind === 'closed'));
    expect(closed.length).to.be.at.least(2);
    for (const state of closed) expect(state).to.deep.equal({ kind: 'closed', rampUpMs: 10_000 });
  });
});
