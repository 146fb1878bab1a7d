import { expect } from 'chai';
import { CircuitProtected, RetryOnTransient } from '#lib/index.js';
import { instantRetries, withoutResilience } from '#lib/testing/index.js';
import { fail, rejectionOf, succeed, Upstream } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('withoutResilience', () => {
  virtualTime();

  it('calls methods directly until what it runs has settled', async () => {
    const upstream = new Upstream(fail());
    const ask = CircuitProtected({ failureThreshold: 1, fallback: 'sorry' })(RetryOnTransient()(upstream.ask));
    await withoutResilience(async () => {
      for (let i = 0; i < 3; i++) await rejectionOf(ask());
    });
    expect(upstream.calls).to.equal(3);
    await rejectionOf(withoutResilience(() => ask()));
    const restore = instantRetries();
    await rejectionOf(ask());
    expect(await ask()).to.equal('sorry');
    restore();
    expect(upstream.calls).to.equal(7);
  });

  it('hands on what it runs returns or throws', async () => {
    expect(await withoutResilience(() => 5)).to.equal(5);
    const error = new Error('x');
    expect(
      await rejectionOf(
        withoutResilience(() => {
          throw error;
        }),
      ),
    ).to.equal(error);
  });
});

describe('instantRetries', () => {
  const world = virtualTime();

  it('retries without waiting, whatever waits are named, until it is ended', async () => {
    const upstream = new Upstream(fail(), fail(), succeed('yes'), fail());
    const ask = RetryOnTransient({ minWait: '1h', maxWait: '2h' })(upstream.ask);
    const restore = instantRetries();
    expect(await ask()).to.equal('yes');
    restore();
    expect(world.heard('retry_scheduled').map(({ waitMs }) => waitMs)).to.deep.equal([0, 0]);
    const asked = rejectionOf(ask());
    await world.clock.advance('1m');
    expect(upstream.calls).to.equal(4);
    await world.clock.advance('1d');
    await asked;
  });
});
