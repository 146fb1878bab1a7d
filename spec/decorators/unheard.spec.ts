import { expect } from 'chai';
import {
  CircuitProtected,
  ConcurrencyLimited,
  circuit,
  configure,
  RespectRateLimit,
  RetryOnTransient,
} from '#lib/index.js';
import { FakeClock, instantRetries } from '#lib/testing/index.js';
import { httpError, rejectionOf, uniqueName, unavailable } from '../support/upstream.js';

describe('What nobody wants to hear', () => {
  let now = Date.now();
  let isLogging: boolean;
  let logged: string[];
  let restore: (() => void)[];
  beforeEach(() => {
    isLogging = false;
    logged = [];
    const logger = {
      // That a call failed is emitted for every call that does: looked at elsewhere.
      log: ({ message }: { message: string }) => message === 'call_failed' || logged.push(message),
      isLevelEnabled: (level: string) => isLogging && ['debug', 'warn', 'error'].includes(level),
    };
    // Each test in an hour of its own: the log lets few entries of a kind through in a second.
    now += 3_600_000;
    restore = [configure({ logger, clock: new FakeClock(now) }), instantRetries()];
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

  for (const shadow of [false, true]) {
    it(`of a circuit changes no outcome, and is told once somebody does${shadow ? ', where it is watched' : ''}`, async () => {
      const events = shadow ? ['circuit_refused'] : ['circuit_refused', 'fallback_used'];
      for (const told of [[], ['circuit_opened', ...events, 'fallback_used']]) {
        const name = uniqueName();
        const ask = CircuitProtected({
          ...{ circuit: name, failureThreshold: 1, fallback: 'sorry', fallbackOn: 'failure', shadow },
        })(async (fails: boolean): Promise<string> => {
          if (fails) throw unavailable();
          return 'answer';
        });
        isLogging = told.length > 0;
        expect(await ask(true)).to.equal('sorry');
        expect(await ask(false)).to.equal(shadow ? 'answer' : 'sorry');
        expect(circuit(name).state).to.equal('open');
        expect(logged).to.have.members(told);
      }
    });
  }

  it('of a retry changes no outcome, and is told once somebody does', async () => {
    const error = unavailable();
    const ask = RetryOnTransient({ maxAttempts: 2 })(async () => Promise.reject(error));
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
