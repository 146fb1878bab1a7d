import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { isStrayPromise } from '#lib/core/stray-promise.js';
import { turn } from '../support/upstream.js';

// oxlint-disable-next-line unicorn/no-thenable -- promises of other libraries are such objects
const thenable = (then: unknown): object => ({ then });

describe('A promise that nobody awaits', () => {
  it('is known by its shape, and its rejection is not reported as unhandled', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const reject = (_done: unknown, fail: (error: Error) => void): void => fail(new Error('late'));
    const foreign: unknown = runInNewContext('Promise.reject(new Error("late"))');
    for (const promise of [Promise.reject(new Error('late')), foreign, thenable(reject), Promise.resolve(1)])
      expect(isStrayPromise(promise)).to.equal(true);
    await turn();
    await turn();
    process.off('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
  });

  it('is nothing else', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const value of [undefined, null, 7, 'then', {}, thenable(1), proxy, () => 1])
      expect(isStrayPromise(value)).to.equal(false);
  });
});
