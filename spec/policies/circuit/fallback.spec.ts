import { expect } from 'chai';
import { answer } from '#lib/policies/circuit/fallback.js';
import { rejectionOf } from '../../support/upstream.js';

describe('A fallback', () => {
  const first = new Error('first');

  it('is called with the object, the error and the arguments, however many', async () => {
    const self = {};
    for (const args of [[], ['a'], [undefined], ['a', 'b'], ['a', 'b', 'c', 'd']]) {
      const calls: unknown[] = [];
      const fallback = function (this: unknown, ...given: unknown[]): string {
        calls.push(this, ...given);
        return 'instead';
      };
      expect(await answer(fallback, self, args, first)).to.equal('instead');
      expect(calls).to.deep.equal([self, first, ...args]);
    }
  });

  it('is a value of any kind, or a promise of one', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- a thenable is what is tried
    const thenable = { then: (done: (value: string) => void) => done('later') };
    for (const value of ['', 0, false, null, { a: 1 }, ['a']]) {
      expect(await answer(value, undefined, [], first)).to.equal(value);
      expect(await answer(() => value, undefined, [], first)).to.equal(value);
      expect(await answer(async () => value, undefined, [], first)).to.equal(value);
    }
    expect(await answer(() => thenable, undefined, [], first)).to.equal('later');
  });

  for (const [how, failWith] of [
    [
      'throws',
      (error: unknown) => () => {
        throw error;
      },
    ],
    ['rejects', (error: unknown) => () => Promise.reject(error)],
    [
      'rejects by a then of its own',
      // oxlint-disable-next-line unicorn/no-thenable -- a thenable is what is tried
      (error: unknown) => () => ({ then: (_done: unknown, fail: (error: unknown) => void) => fail(error) }),
    ],
  ] as const) {
    const failed = (error: unknown) => rejectionOf(answer(failWith(error), undefined, [], first));

    it(`that ${how} fails with its own error, and the first one as its cause, as if that had been given`, async () => {
      const own = new Error('own');
      expect(await failed(own)).to.equal(own);
      expect(Object.getOwnPropertyDescriptor(own, 'cause')).to.deep.equal(
        Object.getOwnPropertyDescriptor(new Error('', { cause: first }), 'cause'),
      );
    });

    it(`that ${how} what it was given adds nothing to it`, async () => {
      expect(await failed(first)).to.equal(first);
      expect(first).not.to.have.property('cause');
    });

    it(`that ${how} an error with a cause, a frozen one or none at all leaves it as it is`, async () => {
      const caused = new Error('own', { cause: 'known' });
      expect(await failed(caused))
        .to.equal(caused)
        .and.to.have.property('cause', 'known');
      const frozen = Object.freeze(new Error('own'));
      expect(await failed(frozen))
        .to.equal(frozen)
        .and.not.to.have.property('cause');
      const text = { message: 'no error' };
      expect(await failed(text))
        .to.equal(text)
        .and.not.to.have.property('cause');
      expect(await failed('text')).to.equal('text');
    });
  }
});
