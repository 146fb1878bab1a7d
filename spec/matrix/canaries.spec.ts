import { expect } from 'chai';
import { RateLimitedError } from '#lib/index.js';
import { canariesIn, canary, HEADERS, KEY, ownWordsOf, QUERY, wordsOf } from './canaries.js';

describe('A canary', () => {
  it('is found in whatever letters, wherever it hides in a value', () => {
    const hidden = { [Symbol('x')]: new Map([[{ deep: [new Set([QUERY])] }, 1]]) };
    Object.defineProperty(hidden, 'unseen', { value: KEY.toUpperCase(), enumerable: false });
    expect(canariesIn(wordsOf(hidden))).to.have.members(['canary-prompt', 'canary-key']);
    expect(canariesIn(JSON.stringify({ headers: HEADERS }))).to.have.length(3);
    expect(canariesIn('nothing of the kind')).to.deep.equal([]);
  });

  it("is found in an error of holdfast's own, but not in the upstream's error that caused it", () => {
    const error = new RateLimitedError(1, { cause: new Error(canary('message')) });
    expect(canariesIn(ownWordsOf(error))).to.deep.equal([]);
    expect(canariesIn(ownWordsOf(Object.assign(error, { body: canary('body') })))).to.deep.equal(['canary-body']);
    error.message += canary('text');
    expect(canariesIn(ownWordsOf(error))).to.include('canary-text');
  });
});
