import { expect } from 'chai';
import { CircuitProtected, ConcurrencyLimited, configure, RetryOnTransient, TimeLimited } from '#lib/index.js';

describe('A habit from another library', () => {
  async function ask(): Promise<void> {}

  for (const [decorate, option, advice] of [
    [RetryOnTransient, 'retries', 'write maxAttempts; it counts calls, so retries: 2 is maxAttempts: 3'],
    [RetryOnTransient, 'maxRetries', 'write maxAttempts; it counts calls, so maxRetries: 2 is maxAttempts: 3'],
    [RetryOnTransient, 'minTimeout', 'write minWait'],
    [RetryOnTransient, 'timeout', "write @TimeLimited('20s') above or below instead"],
    [CircuitProtected, 'timeout', "write @TimeLimited('20s') above or below instead"],
    [CircuitProtected, 'resetTimeout', 'write recoveryTimeout'],
    [CircuitProtected, 'errorThresholdPercentage', 'write failureRate; it is a share, so 50 is 0.5'],
    [CircuitProtected, 'volumeThreshold', 'write minimumCalls'],
    [CircuitProtected, 'rollingCountTimeout', 'write window'],
    [ConcurrencyLimited, 'maxConcurrent', 'write limit'],
    [RetryOnTransient, 'retryDelay', 'write minWait'],
    [RetryOnTransient, 'randomize', 'write jitter'],
    [RetryOnTransient, 'factor', 'write backoff'],
    [RetryOnTransient, 'toString', 'known are'],
    [TimeLimited, 'timeout', 'write limit'],
  ] as const) {
    it(`gets advice: ${option}`, () => {
      const decorated = () => (decorate as (options: object) => typeof RetryOnTransient)({ [option]: 2 })(ask as never);
      expect(decorated).to.throw(`${option}: unknown key; ${advice}`);
    });
  }

  it('gets it in settings and sections too', () => {
    const settings = {
      retry: { retries: 2 },
      circuits: { mail: { circuit: { resetTimeout: 30 } } },
      concurrency: { retries: 2 },
    } as object;
    expect(() => configure({ settings }))
      .to.throw()
      .with.property('problems')
      .that.deep.equals([
        'retry.retries: unknown key; write maxAttempts; it counts calls, so retries: 2 is maxAttempts: 3',
        'circuits.mail.circuit.resetTimeout: unknown key; write recoveryTimeout',
        'concurrency.retries: unknown key; known are enabled, limit, queue, maxQueueWait, min, max, initial, release',
      ]);
  });

  it('is taken where it fits: a duration with a space', () => {
    expect(() => RetryOnTransient({ minWait: '200 ms' as '200ms' })(ask)).not.to.throw();
    expect(() => RetryOnTransient({ minWait: '200  ms' as '200ms' })(ask)).to.throw('minWait: expected a duration');
  });
});
