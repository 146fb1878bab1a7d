// jest 30 in its default mode, CommonJS, with ts-jest and legacy decorators as in a NestJS project.
import { describe, expect, it } from '@jest/globals';
import { CircuitProtected, circuit, RetryOnTransient } from 'holdfast';
import { instantRetries } from 'holdfast/testing';

class Stock {
  requests = 0;

  @CircuitProtected({ circuit: 'stock', failureThreshold: 1, fallback: -1 })
  @RetryOnTransient()
  async level(): Promise<number> {
    this.requests += 1;
    throw Object.assign(new Error('HTTP 503'), { status: 503 });
  }
}

describe('Stock', () => {
  it('asks three times, and answers with the fallback from then on', async () => {
    // Retries as before, but without their waits.
    instantRetries();
    const stock = new Stock();
    await expect(stock.level()).rejects.toThrow('HTTP 503');
    expect(stock.requests).toBe(3);
    expect(circuit('stock').state).toBe('open');
    expect(await stock.level()).toBe(-1);
  });
});
