import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { frame, LIVE_LINES } from '#drill/outage/live-view.js';
import { PHASES } from '#drill/outage/scenario.js';
import { Tally } from '#drill/outage/tally.js';
import { DRILL } from '../support/command.js';

/** Node has no terminals to offer, but a program believes what its streams say of themselves. */
const AS_TERMINAL =
  'data:text/javascript,for (const s of [process.stdout, process.stderr]) Object.assign(s, {isTTY: true, columns: 80, rows: 40})';

describe('the live view of the drill', () => {
  it('shows phase, progress, circuit and the counts of both sides', () => {
    const [phase] = PHASES;
    const [ours, theirs] = [new Tally(), new Tally()];
    for (const tally of [ours, theirs]) tally.enter('healthy');
    ours.count('healthy', 'fallback', 1);
    theirs.count('healthy', 'failed', 1);
    const lines = stripVTControlCharacters(phase ? frame(phase, 5000, 20_000, 'open', ours, theirs) : '').split('\n');
    expect(lines[0]).to.equal(`healthy (phase 1 of ${PHASES.length}): every request is answered`);
    expect(lines[1]).to.equal(`${'█'.repeat(10)}${'░'.repeat(30)} 5.0 of 20 s`);
    const words = lines.map((line) => line.trim().split(/ +/).join(' '));
    expect(words).to.include.members(['circuit open -', 'answered 0 0', 'fallback 1 -', 'failed 0 1']);
  });

  it('fits into 80 columns and its bar is full at the end, however long the last callers wait', () => {
    for (const phase of PHASES) {
      const lines = stripVTControlCharacters(frame(phase, 25_000, 20_000, 'half-open', new Tally(), new Tally())).split(
        '\n',
      );
      for (const line of lines) expect(line.length, line).to.be.at.most(80);
      expect(lines).to.have.length(LIVE_LINES);
      expect(lines[1]).to.equal(`${'█'.repeat(40)} 20.0 of 20 s`);
    }
  });

  it('is drawn over on a terminal, and gives the cursor back when it is interrupted', async function () {
    this.timeout(15_000);
    const child = spawn(process.execPath, ['--import', AS_TERMINAL, DRILL, 'drill']);
    let shown = '';
    const show = (chunk: string): void => {
      shown += chunk;
      if (/requests +[1-9]/.test(stripVTControlCharacters(shown))) child.kill('SIGINT');
    };
    child.stdout.setEncoding('utf8').on('data', show);
    child.stderr.setEncoding('utf8').on('data', show);
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).to.equal(130);
    expect(shown).to.include('\u001B[?25l');
    expect(shown.lastIndexOf('\u001B[?25h')).to.be.above(shown.lastIndexOf('\u001B[?25l'));
  });
});
