import { expect } from 'chai';
import { isRepeatedOutside, repeatAlone } from '#lib/policies/retry/leading.js';
import { deferred } from '../../support/upstream.js';

describe('a call that alone may retry', () => {
  it('makes inner retries stand back while it runs, and no retry beside it', async () => {
    const end = deferred();
    const isRepeated = repeatAlone(async () => {
      await end.promise;
      return isRepeatedOutside();
    });
    expect(isRepeatedOutside()).to.equal(false);
    end.resolve(0);
    expect(await isRepeated).to.equal(true);
    expect(isRepeatedOutside()).to.equal(false);
  });

  it('still does so after another such call beside it has ended', async () => {
    const end = deferred();
    const isRepeated = repeatAlone(async () => {
      await end.promise;
      return isRepeatedOutside();
    });
    await repeatAlone(async () => undefined);
    end.resolve(0);
    expect(await isRepeated).to.equal(true);
  });
});
