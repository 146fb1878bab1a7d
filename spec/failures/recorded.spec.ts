import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Failure } from '#lib/index.js';
import { readRecorded, type ThrownCell, thrownIn } from './recorded/cells.js';
import { classifyRecorded, difference, kindInCall } from './recorded/judging.js';
import { pageOf } from './recorded/page.js';

/** A hint may be read with the precision of its dialect. */
const HINT_TOLERANCE_MS = 1000;

interface Judged {
  readonly cell: ThrownCell;
  readonly failure: Failure;
}

describe('Failures as real clients throw them', () => {
  const all: Judged[] = [];
  // What the caller aborts is decided by the caller's signal, not by the error.
  const decidable = (): Judged[] => all.filter(({ cell }) => cell.decidable !== false && !cell.callerAborted);
  const isRight = ({ cell, failure }: Judged): boolean => kindInCall(cell, failure) === cell.kind;
  const lines = (judged: readonly Judged[]): string =>
    judged.map(({ cell, failure }) => difference(cell, failure)).join('\n');

  before(() => {
    for (const cell of thrownIn(readRecorded())) all.push({ cell, failure: classifyRecorded(cell) });
  });

  it('are recorded from at least 44 set-ups and 1500 faults', () => {
    expect(new Set(all.map(({ cell }) => cell.setup)).size).to.be.at.least(44);
    expect(all.length).to.be.at.least(1500);
  });

  it('are told by their kind in at least 97 of 100 cells that can be decided', () => {
    const wrong = decidable().filter((one) => !isRight(one));
    const share = 1 - wrong.length / decidable().length;
    expect(share, `${wrong.length} of ${decidable().length} are wrong:\n${lines(wrong)}`).to.be.at.least(0.97);
  });

  it('are never retried because of a certificate, or of a conflict that passes with no time', () => {
    const fatal = all.filter(({ cell }) => cell.tls || (cell.fault === '409' && cell.kind === 'rejected'));
    expect(fatal).to.have.length.above(60);
    expect(lines(fatal.filter(({ failure }) => failure.transient))).to.equal('');
  });

  it('give their hints in at least 95 of 100 cells that have one', () => {
    const hinted = all.filter(({ cell }) => cell.hint !== undefined);
    const found = ({ cell, failure }: Judged): boolean =>
      Math.abs((failure.retryAfterMs ?? Number.NEGATIVE_INFINITY) - (cell.hint ?? 0)) <= HINT_TOLERANCE_MS;
    const missed = hinted.filter((one) => !found(one));
    expect(hinted).to.have.length.above(200);
    expect(1 - missed.length / hinted.length, lines(missed)).to.be.at.least(0.95);
  });

  it('are on the page as they are recorded: npm run clients -- --page', () => {
    expect(readFileSync('docs/clients.md', 'utf8')).to.equal(pageOf(readRecorded()));
  });
});
