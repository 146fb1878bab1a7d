import { expect } from 'chai';
import { RetryOnTransient } from '#lib/index.js';
import { rejectionOf, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('A private method under a standard decorator', () => {
  const world = virtualTime();

  class Service {
    calls = 0;

    ask(): Promise<void> {
      return this.#ask();
    }

    @RetryOnTransient({ maxAttempts: 2 })
    async #ask(): Promise<void> {
      this.calls += 1;
      throw unavailable();
    }
  }

  it('is retried and told of by the class of its instance', async () => {
    const service = new Service();
    const asked = rejectionOf(service.ask());
    await world.clock.advance('5s');
    await asked;
    expect(service.calls).to.equal(2);
    expect(world.events[0]?.method).to.equal('Service.#ask');
  });
});
