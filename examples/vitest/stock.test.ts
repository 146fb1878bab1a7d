// vitest 4. Its vite compiles no standard decorators: vitest.config.ts has the plugin that does.
import { CircuitProtected, circuit, RetryOnTransient } from 'holdfast';
import { instantRetries } from 'holdfast/testing';
import { beforeAll, expect, it } from 'vitest';

class Stock {
  requests = 0;

  @CircuitProtected({ circuit: 'stock', failureThreshold: 1, fallback: -1 })
  @RetryOnTransient()
  async level(): Promise<number> {
    this.requests += 1;
    throw Object.assign(new Error('HTTP 503'), { status: 503 });
  }
}

// Retries as before, but without their waits.
beforeAll(() => {
  instantRetries();
});

it('asks three times, and answers with the fallback from then on', async () => {
  const stock = new Stock();
  await expect(stock.level()).rejects.toThrow('HTTP 503');
  expect(stock.requests).toBe(3);
  expect(circuit('stock').state).toBe('open');
  expect(await stock.level()).toBe(-1);
});
