import { expect } from 'chai';
import { CircuitProtected, RetryOnTransient } from '#lib/index.js';
import { rejectionOf, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('The retry budget of decorated methods', () => {
  const world = virtualTime();

  it('stops a storm: an empty budget surfaces the original error at once', async () => {
    class Service {
      calls = 0;
      @RetryOnTransient({ maxAttempts: 2, minWait: '1s', jitter: 'none' })
      async ask(): Promise<void> {
        this.calls += 1;
        throw unavailable();
      }
    }
    const service = new Service();
    const storm = Promise.all(Array.from({ length: 150 }, () => rejectionOf(service.ask())));
    await world.clock.advance('0ms');
    const gaveUp = world.heard('retry_gave_up');
    // 100 tokens, and 0.2 for each first attempt but the one that found the bucket full.
    expect(gaveUp.length).to.equal(150 - Math.floor(100 + 149 * 0.2));
    expect(gaveUp.every(({ reason, attempt }) => reason === 'budget' && attempt === 1)).to.equal(true);
    await world.clock.advance('1s');
    await storm;
    expect(service.calls).to.equal(150 + 129);
  });

  it('costs nothing for retries that end well', async () => {
    class Service {
      calls = 0;
      @RetryOnTransient({ maxAttempts: 2, minWait: '1ms', maxWait: '1ms' })
      async ask(): Promise<void> {
        this.calls += 1;
        if (this.calls % 2 === 1) throw unavailable();
      }
    }
    const service = new Service();
    for (let i = 0; i < 300; i++) {
      const asked = service.ask();
      await world.clock.advance('1ms');
      await asked;
    }
    expect(world.heard('retry_gave_up')).to.have.lengthOf(0);
    expect(service.calls).to.equal(600);
  });

  it('costs nothing for streams whose retries end well', async () => {
    let calls = 0;
    const read = RetryOnTransient({ maxAttempts: 2, minWait: '0ms', jitter: 'none' })(async function* () {
      calls += 1;
      if (calls % 2 === 1) throw unavailable();
      yield 'chunk';
    });
    for (let i = 0; i < 300; i++) for await (const _chunk of read());
    expect(world.heard('retry_gave_up')).to.have.lengthOf(0);
    expect(calls).to.equal(600);
  });

  it('is spent on values that were not wanted to the last', async () => {
    const poll = RetryOnTransient({ maxAttempts: 2, minWait: '0ms', jitter: 'none', retryOnResult: () => true })(
      async () => 'pending',
    );
    for (let i = 0; i < 150; i++) expect(await poll()).to.equal('pending');
    const reasons = world.heard('retry_gave_up').map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === 'attempts')).to.have.lengthOf(129);
    expect(reasons.filter((reason) => reason === 'budget')).to.have.lengthOf(21);
  });

  it('is earned by calls that do well, a fifth of a retry by each', async () => {
    let healthy = false;
    const ask = RetryOnTransient({ maxAttempts: 2, minWait: '0ms', jitter: 'none' })(async () => {
      if (!healthy) throw unavailable();
    });
    const retriesOf = async (calls: number): Promise<number> => {
      const before = world.heard('retry_scheduled').length;
      for (let i = 0; i < calls; i++) await rejectionOf(ask());
      return world.heard('retry_scheduled').length - before;
    };
    await retriesOf(200);
    const poor = await retriesOf(10);
    healthy = true;
    for (let i = 0; i < 20; i++) await ask();
    healthy = false;
    expect([poor, await retriesOf(10)]).to.deep.equal([2, 6]);
  });

  it('is shared by everyone behind a circuit', async () => {
    const name = uniqueName();
    const serviceOf = () => {
      class Service {
        @CircuitProtected({ circuit: name, failureThreshold: 10_000 })
        @RetryOnTransient({ maxAttempts: 2, minWait: '1s', jitter: 'none' })
        async ask(): Promise<void> {
          throw unavailable();
        }
      }
      return new Service();
    };
    const [one, other] = [serviceOf(), serviceOf()];
    const storm = Array.from({ length: 124 }, () => rejectionOf(one.ask()));
    await world.clock.advance('0ms');
    expect(world.heard('retry_gave_up')).to.have.lengthOf(0);
    await rejectionOf(other.ask());
    expect(world.heard('retry_gave_up').map(({ reason }) => reason)).to.deep.equal(['budget']);
    await world.clock.advance('1s');
    await Promise.all(storm);
  });

  it('belongs to the method where there is no circuit', async () => {
    class Service {
      @RetryOnTransient({ maxAttempts: 2, minWait: '1s', jitter: 'none' })
      async one(): Promise<void> {
        throw unavailable();
      }
      @RetryOnTransient({ maxAttempts: 2, minWait: '1s', jitter: 'none' })
      async other(): Promise<void> {
        throw unavailable();
      }
    }
    const service = new Service();
    const storm = Array.from({ length: 150 }, () => rejectionOf(service.one()));
    await world.clock.advance('0ms');
    const before = world.heard('retry_gave_up').length;
    expect(before).to.be.above(0);
    const other = rejectionOf(service.other());
    await world.clock.advance('0ms');
    expect(world.heard('retry_gave_up')).to.have.lengthOf(before);
    await world.clock.advance('1s');
    await Promise.all([...storm, other]);
  });
});
