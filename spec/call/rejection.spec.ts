import { expect } from 'chai';
import { Rejection } from '#lib/call/rejection.js';

describe('A rejection that a reaction returns', () => {
  it('rejects the promise with the very value, whatever that is', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- somebody may throw one
    const thenable = { then: (resolve: (value: string) => void) => resolve('taken') };
    for (const value of [new Error('x'), undefined, 'text', thenable]) {
      const ended = await Promise.reject(value)
        .catch((error: unknown) => new Rejection(error))
        .then(
          () => expect.fail('it resolved'),
          (error: unknown) => ({ error }),
        );
      expect(ended.error).to.equal(value);
    }
  });
});
