import { expect } from 'chai';
import { type Process, World } from '../support/world.js';

const answers = (): boolean => true;
const fails = (): boolean => false;

function told(processes: readonly Process[], type: string): number {
  return processes.flatMap(({ events }) => events).filter((event) => event.type === type).length;
}

describe('a fleet whose store fails', () => {
  let world: World;

  beforeEach(() => {
    world = new World(7);
  });

  afterEach(async () => {
    world.store.resume();
    await world.close();
    expect(world.clock.timers, 'timers left behind').to.equal(0);
  });

  it('goes on as if nothing were, when the store hangs while all is well', async () => {
    await world.join(4, { rules: { syncMs: 2000, presenceMs: 5000 } });
    await world.calls(5, answers);
    world.store.isHung = true;
    const { answered } = await world.calls(30, answers);
    expect(answered).to.equal(120);
    expect(told(world.processes, 'fleet_degraded')).to.equal(4);
    world.store.resume();
    await world.calls(35, answers);
    expect(told(world.processes, 'fleet_recovered')).to.equal(4);
    expect(world.processes.map(({ membership }) => membership.line.isDegraded)).to.deep.equal([
      false,
      false,
      false,
      false,
    ]);
  });

  it('lets every member open and probe by its own rule while the store hangs', async () => {
    await world.join(4, { rules: { syncMs: 2000, presenceMs: 5000 } });
    await world.calls(5, answers);
    world.store.isHung = true;
    const { failed } = await world.calls(12, fails);
    expect(failed).to.equal(4 * 5);
    expect(world.states()).to.deep.equal({ open: 4 });
    await world.calls(12, answers);
    expect(world.states()).to.deep.equal({ closed: 4 });
  });

  it('does nothing late when the store resumes: no stale vote, no healed member opens again', async () => {
    await world.join(4, { rules: { syncMs: 2000, presenceMs: 5000 } });
    await world.calls(5, answers);
    world.store.isHung = true;
    await world.calls(8, fails);
    await world.calls(20, answers);
    expect(world.states()).to.deep.equal({ closed: 4 });
    world.store.ran.length = 0;
    world.store.resume();
    const { refused } = await world.calls(40, answers);
    expect(refused).to.equal(0);
    expect(world.store.ran.filter((op) => op === 'vote')).to.deep.equal([]);
    expect(world.store.ran.filter((op) => op === 'late vote').length).to.be.at.least(1);
    expect(world.states()).to.deep.equal({ closed: 4 });
  });

  it('waits for the store for one call a member, and not longer than the timeout, when probes are due', async () => {
    await world.join(4);
    await world.calls(5, answers);
    await world.calls(7, fails);
    expect(world.states()).to.deep.equal({ open: 4 });
    world.store.isHung = true;
    await world.calls(14, answers);
    expect(world.states()).to.deep.equal({ closed: 4 });
    for (const { circuit } of world.processes) {
      expect(circuit.longestWaitMs).to.be.at.most(260);
      expect(circuit.waited).to.be.at.most(1);
    }
  });

  it('gives the record back to a store that has lost it', async () => {
    await world.join(4, { rules: { syncMs: 2000, presenceMs: 5000 } });
    await world.calls(5, answers);
    await world.calls(6, fails);
    const before = world.processes[0]?.member.record;
    world.store.memory.flush();
    const { failed, answered } = await world.calls(4, answers);
    expect({ failed, answered }, 'requests let through').to.deep.equal({ failed: 0, answered: 0 });
    expect(world.store.published.filter((message) => message.includes('restored'))).to.have.length(1);
    expect(told(world.processes, 'fleet_restored')).to.equal(1);
    expect(world.processes.map(({ member }) => member.record.epoch)).to.deep.equal(new Array(4).fill(before?.epoch));
  });

  it('keeps an isolation although the store was flushed and a member knows less', async () => {
    const [, , , cut] = await world.join(4, { rules: { syncMs: 2000, presenceMs: 5000 } });
    await world.calls(5, answers);
    (cut as Process).isCut = true;
    const [first] = world.processes;
    const isolated = first?.membership.line.run('isolate', 'openai', 'x', ['INC-7', '0']);
    await world.clock.advance('300ms');
    await isolated;
    world.store.memory.flush();
    (cut as Process).isCut = false;
    await world.calls(60, answers);
    expect(world.states()).to.deep.equal({ isolated: 4 });
    expect(world.processes.map(({ member }) => member.record.why)).to.deep.equal(new Array(4).fill('INC-7'));
  });

  it('ends an isolation with an end, also without the store', async () => {
    await world.join(3, { rules: { syncMs: 2000, presenceMs: 5000 } });
    await world.calls(5, answers);
    const isolated = world.processes[0]?.membership.line.run('isolate', 'openai', 'x', ['INC-7', '60000']);
    await world.clock.advance('1s');
    await isolated;
    expect(world.states()).to.deep.equal({ isolated: 3 });
    (world.processes[2] as Process).isCut = true;
    await world.calls(65, answers);
    expect(world.states()).to.deep.equal({ closed: 3 });
  });

  it('learns within one turn what it was not told', async () => {
    await world.join(6, { rules: { syncMs: 2000, presenceMs: 5000 } });
    await world.calls(5, answers);
    world.store.losesMessages = true;
    await world.calls(9, fails);
    expect(world.states()).to.deep.equal({ open: 6 });
    expect(world.processes.map(({ member }) => member.record.state)).to.deep.equal(new Array(6).fill('open'));
  });

  it('takes the lease of a killed member over when it ends', async () => {
    const [victim] = await world.join(3);
    await world.calls(5, answers);
    await world.calls(7, fails);
    // It asks for the probe and is never heard of again.
    await world.clock.advance('12s');
    const asked = victim?.membership.line.run('acquire', 'openai', 'x', [
      'victim.1',
      String(victim.member.record.epoch),
      '2500',
      '1',
    ]);
    await world.clock.advance('10ms');
    expect((await asked)?.outcome).to.equal('granted');
    const others = world.processes.slice(1);
    await world.calls(2, answers, others);
    expect(world.states()).to.deep.equal({ open: 3 });
    await world.calls(2, answers, others);
    expect(world.states()).to.deep.equal({ closed: 3 });
  });

  it('ignores what is no message, and answers messages of unknown records by one look a second', async () => {
    await world.join(1);
    await world.calls(3, answers);
    const [process] = world.processes;
    world.store.ran.length = 0;
    const hostile = [
      ...[
        '',
        'x',
        '{"state":"open"}',
        'openai id state 1 open',
        'openai id state -1 open 1 1 1 quorum 1 1',
        'a'.repeat(5000),
      ],
      ...['__proto__ id vote 1', 'openai id dance 1', `openai id state ${'9'.repeat(30)} open 1 1 1 quorum 2 2`],
    ];
    for (const message of hostile) world.store.publish(message);
    await world.clock.advance('100ms');
    expect(world.store.ran).to.deep.equal([]);
    for (let i = 0; i < 100; i += 1) world.store.publish(`openai forged${i} state ${1e14} open 60000 1 -1 quorum 9 9`);
    await world.clock.advance('900ms');
    expect(world.store.ran).to.deep.equal(['sync']);
    expect(process?.circuit.state).to.equal('closed');
    expect(process?.member.record.state).to.equal('closed');
  });

  it('acts alone with a store that answers nonsense', async () => {
    await world.join(2, { rules: { syncMs: 2000, presenceMs: 5000 } });
    world.store.memory.run = () => ({ reply: ['HTTP/1.1 400 secret'], messages: [] });
    const { answered } = await world.calls(12, answers);
    expect(answered).to.equal(24);
    const degraded = world.processes.flatMap(({ events }) => events.filter(({ type }) => type === 'fleet_degraded'));
    expect(degraded).to.deep.equal([
      { type: 'fleet_degraded', reason: 'error' },
      { type: 'fleet_degraded', reason: 'error' },
    ]);
  });

  it('leaves in order: a member that closes counts no more', async () => {
    await world.join(4);
    await world.calls(5, answers);
    const [leaving] = world.processes;
    const closing = leaving?.membership.close();
    await world.clock.advance('10ms');
    await closing;
    const read = world.processes[1]?.membership.line.read('openai');
    await world.clock.advance('10ms');
    expect((await read)?.numbers[0]).to.equal(3);
  });
});
