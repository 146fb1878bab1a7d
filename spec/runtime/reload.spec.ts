import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  CircuitProtected,
  ConcurrencyLimited,
  ConfigurationError,
  circuit,
  configure,
  describe as describeStack,
  type ResilienceEvent,
  RespectRateLimit,
  RetryOnTransient,
  reload,
  TimeLimited,
} from '#lib/index.js';
import { scratch } from '../support/files.js';
import { library, runProgram } from '../support/program.js';
import { deferred, fail, httpError, rejectionOf, succeed, uniqueName, Upstream } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('reload', () => {
  const files = scratch();
  const world = virtualTime();

  beforeEach(() => {
    process.env.RESILIENCE_CONFIG = files.write('settings.json', {});
    reload();
  });

  afterEach(() => {
    delete process.env.RESILIENCE_CONFIG;
    const restore = configure({ settings: { log: { level: 'silent' } } });
    reload();
    restore();
  });

  const put = (settings: unknown): void => void files.write('settings.json', settings);
  const told = (): ResilienceEvent[] => world.events.filter(({ type }) => type.startsWith('settings_')).slice(1);
  const take = (settings: unknown): void => {
    put(settings);
    reload();
  };

  function problems(): readonly string[] {
    try {
      reload();
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigurationError);
      return (error as ConfigurationError).problems;
    }
    throw new Error('expected the settings to be refused');
  }

  async function attempts(asking: () => Promise<unknown>, upstream: Upstream): Promise<number> {
    const before = upstream.calls;
    const asked = rejectionOf(asking());
    await world.clock.advance('10m');
    await asked;
    return upstream.calls - before;
  }

  it('lets new settings hold from the next call on, and returns those in effect, frozen', async () => {
    const upstream = new Upstream(fail());
    const asking = RetryOnTransient()(upstream.ask);
    expect(await attempts(asking, upstream)).to.equal(3);
    put({ retry: { maxAttempts: 5 } });
    expect(await attempts(asking, upstream)).to.equal(3);
    const settings = reload();
    expect(settings.retry).to.include({ maxAttempts: 5, maxWait: '10s' });
    expect(settings.log.level).to.equal('silent');
    for (const part of [settings, settings.retry, settings.log]) expect(Object.isFrozen(part)).to.equal(true);
    expect(await attempts(asking, upstream)).to.equal(5);
  });

  it('reads the environment again', () => {
    process.env.RETRY_MAX_ATTEMPTS = '7';
    try {
      expect(reload().retry.maxAttempts).to.equal(7);
    } finally {
      delete process.env.RETRY_MAX_ATTEMPTS;
    }
    expect(reload().retry.maxAttempts).to.equal(3);
  });

  it('reads the file that RESILIENCE_CONFIG names by now', () => {
    process.env.RESILIENCE_CONFIG = files.write('other.json', { retry: { maxAttempts: 8 } });
    expect(reload().retry.maxAttempts).to.equal(8);
    process.env.RESILIENCE_CONFIG = '';
    expect(reload().retry.maxAttempts).to.equal(3);
  });

  it('leaves on top what configure() has set', () => {
    const restore = configure({ settings: { retry: { maxAttempts: 9 } } });
    put({ retry: { maxAttempts: 2, minWait: '2s' } });
    expect(reload().retry).to.include({ maxAttempts: 9, minWait: '2s' });
    restore();
    expect(reload().retry.maxAttempts).to.equal(2);
  });

  it('says where a value comes from by now', () => {
    class Api {
      @RetryOnTransient()
      async get(): Promise<void> {}
    }
    take({ methods: { 'Api.get': { retry: { maxAttempts: 2 } } } });
    expect(describeStack(Api).get?.[0]?.settings.maxAttempts).to.deep.equal({
      value: 2,
      source: 'section',
      from: 'methods.Api.get.retry',
    });
    take({});
    expect(describeStack(Api).get?.[0]?.settings.maxAttempts).to.deep.equal({ value: 3, source: 'default' });
  });

  it('tells in one event that it was done, also when nothing is new', () => {
    reload();
    expect(told()).to.deep.equal([{ type: 'settings_reloaded' }]);
  });

  it('refuses bad settings whole, keeps the old ones, and tells why in one event and one line of the log', async () => {
    const lines: object[] = [];
    const restore = configure({ logger: { log: (entry) => lines.push(entry) } });
    const upstream = new Upstream(fail());
    const asking = RetryOnTransient()(upstream.ask);
    take({ retry: { maxAttempts: 2 } });
    expect(await attempts(asking, upstream)).to.equal(2);
    lines.length = 0;

    put({
      retry: { maxAttempts: 4, minWait: 'soon' },
      openai: { apiKey: 'sk se cret', baseUrl: 'ftp://me:word@host' },
    });
    const file = process.env.RESILIENCE_CONFIG;
    const expected = [
      `retry.minWait: expected a duration with a unit, such as "500ms", "1.5s" or "2m", got "soon" (in ${file})`,
      `openai.apiKey: expected a key of visible ASCII characters, got (hidden) (in ${file})`,
      `openai.baseUrl: expected an http or https URL, got "ftp://host" (in ${file})`,
    ];
    expect(problems()).to.deep.equal(expected);
    const reason = expected.join('; ');
    expect(told().slice(1)).to.deep.equal([{ type: 'settings_refused', reason, problems: 3 }]);
    expect(lines).to.deep.equal([{ level: 'error', message: 'settings_refused', reason }]);
    expect(await attempts(asking, upstream)).to.equal(2);
    restore();
  });

  it('tells problems in one line, whatever a key holds', () => {
    put({ 'a\nb\u2028c': {} });
    problems();
    const [refused] = told();
    expect(refused).to.have.property('reason').that.contains('a b c: unknown key');
  });

  it('keeps the old settings when the file has gone or is half written, and takes it when it is whole', () => {
    take({ retry: { maxAttempts: 6 } });
    put('{ "retry": { "maxAtt');
    expect(problems()).to.have.lengthOf(1);
    process.env.RESILIENCE_CONFIG = `${files.folder}/nowhere.json`;
    expect(problems()[0]).to.contain('there is no such file');
    expect(configureNothing().retry.maxAttempts).to.equal(6);
    process.env.RESILIENCE_CONFIG = files.write('settings.json', { retry: { maxAttempts: 7 } });
    expect(reload().retry.maxAttempts).to.equal(7);
  });

  it('refuses what contradicts the settings that configure() has set', () => {
    const restore = configure({ settings: { retry: { minWait: '9999ms' } } });
    put({ retry: { maxWait: '9998ms' } });
    expect(problems()).to.deep.equal(['retry.minWait: expected at most maxWait (9998ms), got 9999ms']);
    restore();
    expect(reload().retry.maxWait).to.equal('9998ms');
  });

  describe('beside the options of decorators', () => {
    class Billing {
      @CircuitProtected({ recoveryTimeout: '20s' })
      @RetryOnTransient({ minWait: '4s' })
      async charge(): Promise<string> {
        return 'charged';
      }

      @RetryOnTransient({ minWait: '5s' })
      async *list(): AsyncGenerator<string> {
        yield 'one';
      }
    }
    const first = async (): Promise<unknown> => (await new Billing().list().next()).value;

    it('refuses what would break methods that have been called, naming all of it, and changes nothing', async () => {
      const billing = new Billing();
      await billing.charge();
      await first();
      put({
        retry: { maxWait: '3s', maxAttempts: 2 },
        circuits: { 'Billing.charge': { circuit: { maxRecoveryTimeout: '10s' } } },
      });
      // Other specs may have left methods behind that these settings do not suit either.
      expect(problems().filter((problem) => problem.startsWith('Billing.'))).to.deep.equal([
        'Billing.charge: @CircuitProtected() recoveryTimeout: expected at most maxRecoveryTimeout (10s), got 20s',
        'Billing.charge: @RetryOnTransient() minWait: expected at most maxWait (3s), got 4s',
        'Billing.list: @RetryOnTransient() minWait: expected at most maxWait (3s), got 5s',
      ]);
      expect(await billing.charge()).to.equal('charged');
      expect(await first()).to.equal('one');
      expect(configureNothing().retry.maxAttempts).to.equal(3);
    });

    it('leaves it to the next call where code has set them with configure()', async () => {
      await new Billing().charge();
      const restore = configure({ settings: { retry: { maxWait: '3s' } } });
      expect(await rejectionOf(new Billing().charge())).to.be.instanceOf(ConfigurationError);
      take({ retry: { maxAttempts: 2 } });
      restore();
      expect(await new Billing().charge()).to.equal('charged');
    });

    /** In a process of its own, where no other method stands in the way. */
    async function alone(source: string): Promise<string[]> {
      const { stdout, stderr } = await runProgram(
        `import { RetryOnTransient, configure, reload } from ${library('index.js')};
        import { writeFileSync } from 'node:fs';
        function take(settings) {
          writeFileSync('resilience.json', JSON.stringify(settings));
          try { reload(); return 'taken' } catch ({ message }) { return message }
        }
        const askWith = (minWait) => RetryOnTransient({ minWait })(async function ask() { return 'answer' });
        ${source}`,
        { RESILIENCE_LOG_LEVEL: 'silent', RESILIENCE_CONFIG: '' },
        files.folder,
      );
      expect(stderr).to.equal('');
      return stdout.trimEnd().split('\n');
    }

    const problem = (maxWait: string, minWait: string): string =>
      `ask: @RetryOnTransient() minWait: expected at most maxWait (${maxWait}), got ${minWait}`;

    it('refuses them also where everything was switched off before', async () => {
      const said = await alone(`
        console.log(take({ resilience: { enabled: false } }));
        const ask = askWith('4s');
        await ask();
        console.log(take({ resilience: { enabled: false }, retry: { maxWait: '3s' } }));
        console.log(take({ retry: { maxWait: '3s' } }), await ask());
        console.log(take({ retry: { maxWait: '5s' } }), await ask());`);
      expect(said).to.deep.equal(['taken', 'taken', `${problem('3s', '4s')} answer`, 'taken answer']);
    });

    it('lets a method that is wrong already stand in the way of nothing, until it has been mended', async () => {
      const said = await alone(`
        const ask = askWith('11s');
        console.log(await ask().catch(({ message }) => message));
        console.log(take({ retry: { maxAttempts: 2 } }));
        configure({ settings: { retry: { maxWait: '9s' } } })();
        console.log(take({ retry: { maxWait: '12s' } }), await ask());
        console.log(take({ retry: { maxWait: '10s' } }), await ask());`);
      expect(said).to.deep.equal([problem('10s', '11s'), 'taken', 'taken answer', `${problem('10s', '11s')} answer`]);
    });

    it('can mend settings that a restored configure() has left in contradiction', async () => {
      const restore = configure({ settings: { retry: { maxWait: '30s' } } });
      const undo = configure({ settings: { retry: { minWait: '20s' } } });
      restore();
      put({ retry: { maxWait: '25s' } });
      expect(reload().retry).to.include({ minWait: '20s', maxWait: '25s' });
      undo();
    });
  });

  describe('keeps what has been learnt:', () => {
    it('an open circuit stays open, and its failures are counted on', async () => {
      const name = uniqueName();
      const upstream = new Upstream(fail());
      const asking = CircuitProtected(name)(upstream.ask);
      for (let i = 0; i < 3; i++) await rejectionOf(asking());
      take({ circuits: { [name]: { circuit: { failureThreshold: 4, recoveryTimeout: '50s' } } } });
      expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 3 });
      await rejectionOf(asking());
      expect(circuit(name).state).to.equal('open');
      const { epoch, retryAfterMs } = circuit(name).snapshot();
      take({ circuits: { [name]: { circuit: { failureThreshold: 9 } } } });
      expect(circuit(name).snapshot()).to.include({ state: 'open', epoch, retryAfterMs });
      await rejectionOf(asking());
      expect(upstream.calls).to.equal(4);
    });

    it('unnamed circuits and those of keys too', async () => {
      const upstream = new Upstream(fail());
      const own = CircuitProtected()(async function ownCircuitOfThis() {
        return upstream.ask();
      });
      const name = uniqueName();
      const keyed = CircuitProtected({ circuit: name, key: (key: string) => key })(async (_key: string) =>
        upstream.ask(),
      );
      for (let i = 0; i < 5; i++) {
        await rejectionOf(own());
        await rejectionOf(keyed('a'));
      }
      take({ circuit: { failureThreshold: 50 }, circuits: { [name]: { circuit: { recoveryTimeout: '9m' } } } });
      expect(circuit('ownCircuitOfThis').state).to.equal('open');
      await rejectionOf(own());
      await rejectionOf(keyed('a'));
      await rejectionOf(keyed('b'));
      expect(upstream.calls).to.equal(11);
    });

    it('the window of a circuit remembers, also where its length is what has changed', async () => {
      const name = uniqueName();
      const rates = { failureRate: 0.5, minimumCalls: 4, failureThreshold: 99 };
      const upstream = new Upstream(fail(), fail(), succeed(), succeed());
      const asking = CircuitProtected({ circuit: name, ...rates })(upstream.ask);
      await rejectionOf(asking());
      take({ circuits: { [name]: { circuit: { window: '5m' } } } });
      await rejectionOf(asking());
      await asking();
      take({ circuits: { [name]: { circuit: { window: 10 } } } });
      expect(circuit(name).state).to.equal('closed');
      await asking();
      expect(circuit(name).state).to.equal('open');
    });

    it('a probe on its way when settings change decides', async () => {
      const name = uniqueName();
      const answer = deferred<string>();
      let healthy = false;
      const asking = CircuitProtected({ circuit: name, failureThreshold: 1 })(async () => {
        if (!healthy) throw httpError(503);
        return answer.promise;
      });
      await rejectionOf(asking());
      await world.clock.advance('66s');
      healthy = true;
      const probe = asking();
      expect(circuit(name).state).to.equal('half-open');
      take({ circuits: { [name]: { circuit: { recoveryTimeout: '5m' } } } });
      answer.resolve('answer');
      expect(await probe).to.equal('answer');
      expect(circuit(name).state).to.equal('closed');
    });

    it('calls at work keep their permits, and those in line get theirs', async () => {
      const work = [deferred(), deferred(), deferred()];
      let begun = 0;
      class Desk {
        @ConcurrencyLimited({ limit: 1, queue: 2 })
        async serve(): Promise<unknown> {
          return work[begun++]?.promise;
        }
      }
      const desk = new Desk();
      const calls = [desk.serve(), desk.serve(), desk.serve()];
      expect(begun).to.equal(1);
      take({ methods: { 'Desk.serve': { concurrency: { limit: 2, queue: 1 } } } });
      expect(begun).to.equal(1);
      const surplus = rejectionOf(desk.serve());
      await world.clock.advance('1ms');
      expect(begun).to.equal(2);
      expect(await surplus).to.have.property('name', 'ConcurrencyLimitError');
      for (const piece of work) piece.resolve(undefined);
      await Promise.all(calls);
      expect(begun).to.equal(3);
    });

    it('an adaptive bulkhead keeps the limit that it has found', async () => {
      class Desk {
        @ConcurrencyLimited({ limit: 'adaptive' })
        async ask(): Promise<void> {
          throw httpError(503);
        }
      }
      const desk = new Desk();
      const limitOfRefusal = async (): Promise<number> => {
        const calls = Array.from({ length: 30 }, () => rejectionOf(desk.ask()));
        const refusal = (await Promise.all(calls)).at(-1) as { limit: number };
        return refusal.limit;
      };
      expect(await limitOfRefusal()).to.equal(20);
      const found = await limitOfRefusal();
      expect(found).to.be.below(20);
      take({ methods: { 'Desk.ask': { concurrency: { maxQueueWait: '5s' } } } });
      expect(await limitOfRefusal()).to.be.below(found);
    });

    it('a closed gate stays closed', async () => {
      const upstream = new Upstream(fail(httpError(429, { headers: { 'retry-after': '20' } })), succeed());
      const asking = RespectRateLimit()(async function limitedHere() {
        return upstream.ask();
      });
      const asked = asking();
      await world.clock.advance('1s');
      take({ methods: { limitedHere: { rateLimit: { maxWait: '10s' } } } });
      const refusal = (await rejectionOf(asking())) as { retryAfterMs: number };
      expect(refusal).to.include({ name: 'RateLimitedError', retryAfterMs: 19_000 });
      await world.clock.advance('25s');
      expect(await asked).to.equal('answer');
    });

    it('a spent retry budget stays spent', async () => {
      const upstream = new Upstream(fail());
      const asking = RetryOnTransient({ minWait: '0s', jitter: 'none' })(upstream.ask);
      const ask = async (times: number): Promise<number> => {
        const before = world.heard('retry_gave_up').filter(({ reason }) => reason === 'budget').length;
        const asked = Array.from({ length: times }, () => rejectionOf(asking()));
        await world.clock.advance('1ms');
        await Promise.all(asked);
        return world.heard('retry_gave_up').filter(({ reason }) => reason === 'budget').length - before;
      };
      expect(await ask(200)).to.be.above(0);
      take({ retry: { maxAttempts: 4 } });
      expect(await ask(3)).to.be.at.least(2);
    });
  });

  it('leaves calls that are on their way to the settings they began with', async () => {
    const upstream = new Upstream(fail());
    const asking = TimeLimited('5m')(RetryOnTransient({ jitter: 'none' })(upstream.ask));
    const asked = rejectionOf(asking());
    await world.clock.advance('1ms');
    take({ retry: { maxAttempts: 1 } });
    await world.clock.advance('1m');
    await asked;
    expect(upstream.calls).to.equal(3);
  });

  it('reads a file again as it was meant, wherever the process has gone since', () => {
    const home = process.cwd();
    process.chdir(files.folder);
    try {
      writeFileSync('resilience.json', JSON.stringify({ retry: { maxAttempts: 4 } }));
      delete process.env.RESILIENCE_CONFIG;
      expect(reload().retry.maxAttempts).to.equal(4);
      process.chdir(home);
      writeFileSync(`${files.folder}/resilience.json`, JSON.stringify({ retry: { maxAttempts: 5 } }));
      expect(reload().retry.maxAttempts).to.equal(5);
    } finally {
      process.chdir(home);
      process.env.RESILIENCE_CONFIG = files.write('settings.json', {});
      reload();
    }
  });

  /** The settings in effect, without reading anything again. */
  function configureNothing(): { retry: { maxAttempts: unknown } } {
    class Probe {
      @RetryOnTransient()
      async ask(): Promise<void> {}
    }
    return { retry: { maxAttempts: describeStack(Probe).ask?.[0]?.settings.maxAttempts?.value } };
  }
});
