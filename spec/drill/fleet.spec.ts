import { expect } from 'chai';
import { begin, DRILL, type Ended, linesOf, npmStart } from '../support/command.js';

describe('npm start -- fleet', function () {
  this.timeout(60_000);
  let ended: Ended;

  before(async () => {
    ended = await npmStart(['fleet']);
  });

  /** The two numbers of a row: with the fleet, and alone. */
  function row(measure: string, at = 0): number[] {
    const lines = linesOf(ended.stdout).filter((line) => line.includes(measure));
    return (lines[at]?.slice(lines[at].indexOf(measure) + measure.length).match(/\d+/g) ?? []).map(Number);
  }

  it('ends by itself, well and within 40 seconds', () => {
    expect({ code: ended.code, stderr: ended.stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(ended.ms).to.be.below(40_000);
  });

  it('sends fewer requests into the outage than processes that act alone', () => {
    const [fleet, alone] = row('requests into the outage') as [number, number];
    expect(fleet).to.be.below(alone);
  });

  it('closes after the owner of the probe was killed, once its lease has ended', () => {
    const [fleet] = row('until the others are closed') as [number];
    expect(fleet).to.be.below(3000);
  });

  it('acts alone while the store hangs: no call waits, no late vote opens anything', () => {
    expect(row('longest rejection')[0]).to.be.below(260);
    expect(row('opened by late votes')).to.deep.equal([0]);
    const [fleet, alone] = row('requests into the outage', 1) as [number, number];
    expect(fleet).to.be.within(alone / 2, alone * 2);
  });

  it('lets no bad process take the others down', () => {
    expect(row('calls of the others answered')[0]).to.be.at.least(99);
  });

  it('keeps a limit for all processes together', () => {
    const [fleet, alone] = row('requests that pass a second') as [number, number];
    expect(fleet).to.be.within(40, 110);
    expect(alone).to.be.above(2 * fleet);
  });

  it('says what it does while it does it, and how its table is to be read', () => {
    for (const scene of ['1 of 5: the upstream goes down', '5 of 5: all of them want more than a limit allows'])
      expect(ended.stdout).to.include(scene);
    expect(ended.stdout).to.include('docs/fleet.md');
  });

  it('ends with 130 at Ctrl-C and leaves no process behind', async () => {
    const { child, ended: interrupted, said } = begin(DRILL, ['fleet']);
    while (!said().includes('8 processes')) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill('SIGINT');
    expect((await interrupted).code).to.equal(130);
  });
});
