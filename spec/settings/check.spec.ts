import { expect } from 'chai';
import { show } from '#lib/settings/check.js';

describe('A value that was refused', () => {
  it('is shown as code spells it, and what holds others only by what it is', () => {
    const shown = [5, true, null, undefined, 'text', [1], { a: 1 }, () => 1, 7n].map(show);
    expect(shown).to.deep.equal([
      '5',
      'true',
      'null',
      'undefined',
      '"text"',
      'an array',
      'an object',
      'a function',
      '7',
    ]);
  });

  it('is cut where it is longer than 60 characters', () => {
    expect(show('x'.repeat(58))).to.equal(`"${'x'.repeat(58)}"`);
    expect(show('x'.repeat(59))).to.equal(`"${'x'.repeat(56)}…`);
  });

  it('loses the user and password of every URL in it', () => {
    expect(show('http://user:p@ss@one/ and https://pass@two/a@b')).to.equal(
      '"http://(hidden)@one/ and https://(hidden)@two/a@b"',
    );
  });
});
