import { expect } from 'chai';
import { isLed, lead } from '#lib/policies/retry/leading.js';
import { deferred } from '../../support/upstream.js';

describe('A call that alone may repeat', () => {
  it('leads what runs in it, and nothing beside it', async () => {
    const end = deferred();
    const led = lead(async () => {
      await end.promise;
      return isLed();
    });
    expect(isLed()).to.equal(false);
    end.resolve(0);
    expect(await led).to.equal(true);
    expect(isLed()).to.equal(false);
  });

  it('goes on leading when another one beside it has ended', async () => {
    const end = deferred();
    const led = lead(async () => {
      await end.promise;
      return isLed();
    });
    await lead(async () => undefined);
    end.resolve(0);
    expect(await led).to.equal(true);
  });
});
