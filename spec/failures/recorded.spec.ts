import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { readRecorded, thrownIn } from './recorded/cells.js';
import { difference, hasHint, isDecidable, isHintFound, isRight, type Judged, judge } from './recorded/judging.js';
import { pageOf } from './recorded/page.js';

describe('Errors as real clients threw them', () => {
  const all: Judged[] = [];
  const lines = (judged: readonly Judged[]): string => judged.map(difference).join('\n');

  before(() => {
    all.push(...thrownIn(readRecorded()).map(judge));
  });

  it('are recorded from at least 75 set-ups and 2600 faults', () => {
    expect(new Set(all.map(({ cell }) => cell.setup)).size).to.be.at.least(75);
    expect(all.length).to.be.at.least(2600);
  });

  it('have the right kind in at least 97 of 100 cells that can be decided', () => {
    const decidable = all.filter(isDecidable);
    const wrong = decidable.filter((one) => !isRight(one));
    const share = 1 - wrong.length / decidable.length;
    expect(share, `${wrong.length} of ${decidable.length} are wrong:\n${lines(wrong)}`).to.be.at.least(0.97);
  });

  it('are never retried after a fault of TLS, or after a 409 that does not pass with time', () => {
    const fatal = all.filter(({ cell }) => cell.tls || (cell.fault === '409' && cell.kind === 'rejected'));
    expect(fatal).to.have.length.above(200);
    expect(lines(fatal.filter(({ failure }) => failure.transient))).to.equal('');
  });

  it('give their hint in at least 95 of 100 cells that have one', () => {
    const hinted = all.filter(hasHint);
    const missed = hinted.filter((one) => !isHintFound(one));
    expect(hinted).to.have.length.above(500);
    expect(1 - missed.length / hinted.length, lines(missed)).to.be.at.least(0.95);
  });

  it('are on the page as they are recorded: npm run clients -- --page', () => {
    expect(readFileSync('docs/clients.md', 'utf8')).to.equal(pageOf(readRecorded()));
  });
});
