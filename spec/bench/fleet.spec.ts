import { expect } from 'chai';
import { type Ended, run } from './bench.js';

describe('npm run bench:fleet', function () {
  // An hour of ten members takes about a tenth of a second; there are thirty of them.
  this.timeout(60_000);

  let ended: Ended;
  before(async () => {
    ended = await run('fleet', '--most', '50');
  });

  /** The cells of a row, in the order of the tables. */
  function row(name: string, table = 0): string[] {
    const rows = ended.stdout.split('\n').filter((line) => line.startsWith(`| ${name} |`));
    return (rows[table] ?? '')
      .split('|')
      .slice(2, -1)
      .map((cell) => cell.trim());
  }

  it('ends well, with every rule in the table of detection', () => {
    expect(ended.code, ended.stderr).to.equal(0);
    for (const rule of ['no fleet', 'one vote opens', '> ½, votes only', '> ½ + seconds'])
      expect(row(rule), rule).to.have.lengthOf(4);
  });

  it('shows fewer requests into the outage and fewer probes than without a fleet', () => {
    const [, , requests, probes] = row('> 0.6 + seconds + own evidence').map(Number);
    const [, , alone, probesAlone] = row('no fleet').map(Number);
    expect(requests).to.be.below(Number(alone) / 1.5);
    expect(probes).to.be.below(Number(probesAlone) / 4);
  });

  it('never opens for less than 60 % of bad members, and serves the good when more are bad', () => {
    for (const trouble of ['1 bad of 10', '2 bad of 10', '4 bad of 10']) {
      const opens = row(trouble).map(Number);
      expect(opens.at(0), `${trouble}, one vote`).to.be.above(100);
      expect(opens.at(-1), trouble).to.equal(0);
    }
    expect(Number(row('7 bad of 10').at(-1))).to.be.at.least(0.65);
    expect(Number(row('7 bad of 10').at(0))).to.be.below(0.3);
  });

  it('lets a ramp keep the peak after the outage below twice the usual', () => {
    const peak = (rampUp: string): number => Number(row(rampUp)[0]?.replace(' ×', ''));
    expect(peak('0 s')).to.be.above(5);
    expect(peak('10 s')).to.be.at.most(3);
  });

  it('gives the same figures every time', async () => {
    expect((await run('fleet', '--most', '50')).stdout).to.equal(ended.stdout);
  });

  it('measures in real time how long it takes until all know, for every store that is here', async () => {
    const { code, stdout, stderr } = await run('fleet', '--real');
    expect(code, stderr).to.equal(0);
    const median = Number(/^\| the store of `holdfast\/testing` \| (\d+\.\d) ms \| \d+\.\d ms \|$/m.exec(stdout)?.[1]);
    // A poll of a second would take half a second.
    expect(median, stdout).to.be.below(100);
  });

  it('answers a size that it cannot play with one line and exit code 2', async () => {
    const { code, stdout, stderr } = await run('fleet', '--most', '20000');
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.match(/^bench:fleet: .*Expected an integer from 10 to 10000\./);
  });
});
