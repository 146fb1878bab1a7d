import { expect } from 'chai';
import { ConcurrencyLimited, configure, RespectRateLimit, RetryOnTransient } from '#lib/index.js';
import { instantRetries } from '#lib/testing/index.js';
import { httpError, rejectionOf, unavailable } from '../support/upstream.js';

describe('What nobody wants to hear', () => {
  let isLogging: boolean;
  let logged: string[];
  let restore: (() => void)[];
  beforeEach(() => {
    isLogging = false;
    logged = [];
    const logger = {
      log: ({ message }: { message: string }) => logged.push(message),
      isLevelEnabled: (level: string) => isLogging && level === 'warn',
    };
    restore = [configure({ logger }), instantRetries()];
  });
  afterEach(() => {
    for (const undo of restore) undo();
  });

  it('of retries that multiply is told to whoever listens later, and changes no outcome', async () => {
    const error = unavailable();
    const once = { maxAttempts: 2 };
    const inner = RetryOnTransient(once)(async () => Promise.reject(error));
    const outer = RetryOnTransient(once)(async () => inner());
    expect(await rejectionOf(outer())).to.equal(error);
    expect(logged).to.deep.equal([]);
    isLogging = true;
    expect(await rejectionOf(outer())).to.equal(error);
    expect(await rejectionOf(outer())).to.equal(error);
    expect(logged.filter((message) => message === 'retries_multiplied')).to.have.lengthOf(1);
  });

  it('of a retry changes no outcome, and is told once somebody does', async () => {
    const error = unavailable();
    // With a name, and so a log of its own.
    const ask = RetryOnTransient({ maxAttempts: 2 })(async function unheard() {
      throw error;
    });
    for (const told of [[], ['retry_scheduled', 'retry_gave_up']]) {
      isLogging = told.length > 0;
      expect(await rejectionOf(ask())).to.equal(error);
      expect(logged).to.deep.equal(told);
    }
  });

  it('of a limit of either kind changes no outcome, and is told once somebody does', async () => {
    const waiting = new Promise(() => undefined);
    const work = ConcurrencyLimited({ limit: 1 })(async () => waiting);
    const ask = RespectRateLimit({ maxWait: '1s' })(async () => {
      throw httpError(429, { headers: { 'retry-after': '5' } });
    });
    void work();
    for (const told of [[], ['concurrency_refused', 'rate_limited']]) {
      isLogging = told.length > 0;
      expect(await rejectionOf(work())).to.have.property('name', 'ConcurrencyLimitError');
      expect(await rejectionOf(ask())).to.have.property('name', 'RateLimitedError');
      expect(logged).to.deep.equal(told);
    }
  });

  it('of a stream that broke changes no outcome, and is told once somebody does', async () => {
    const error = unavailable();
    const read = RetryOnTransient()(async function* () {
      yield 'chunk';
      throw error;
    });
    const readAll = async (): Promise<void> => {
      for await (const _chunk of read());
    };
    expect(await rejectionOf(readAll())).to.equal(error);
    expect(logged).to.deep.equal([]);
    isLogging = true;
    expect(await rejectionOf(readAll())).to.equal(error);
    expect(logged).to.deep.equal(['stream_broken']);
  });
});
