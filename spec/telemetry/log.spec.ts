import { Writable } from 'node:stream';
import { expect } from 'chai';
import winston from 'winston';
import { CircuitProtected, circuit, configure, type LogEntry, type Logger, RetryOnTransient } from '#lib/index.js';
import { FakeClock } from '#lib/testing/fake-clock.js';
import { httpError, rejectionOf, uniqueName, unavailable } from '../support/upstream.js';
import { library, runProgram } from '../support/program.js';
import { virtualTime } from '../support/virtual-time.js';

const LEVELS = {
  retry_scheduled: 'warn',
  retry_gave_up: 'warn',
  circuit_opened: 'error',
  circuit_half_open: 'info',
  circuit_closed: 'info',
  circuit_refused: 'debug',
  fallback_used: 'warn',
} as const;

describe('The log', () => {
  const world = virtualTime();

  /** A real winston logger that writes into a list. */
  /** That a call failed is written at level debug for every call that did. */
  let failed: LogEntry[] = [];
  beforeEach(() => {
    failed = [];
  });

  function winstonInto(entries: LogEntry[], options: winston.LoggerOptions = {}): Logger {
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        const entry = JSON.parse(String(chunk)) as LogEntry;
        (entry.message === 'call_failed' ? failed : entries).push(entry);
        done();
      },
    });
    return winston.createLogger({
      level: 'debug',
      format: winston.format.json(),
      transports: [new winston.transports.Stream({ stream })],
      ...options,
    });
  }

  function outage(name: string) {
    class Service {
      healthy = false;
      @CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '10s', fallback: 'sorry' })
      @RetryOnTransient({ maxAttempts: 2 })
      async ask(): Promise<string> {
        if (!this.healthy) throw httpError(503, { requestID: 'req_abcdef123456', headers: { 'retry-after': '2' } });
        return 'answer';
      }
    }
    return new Service();
  }

  it('has one entry for each event: its name as the message, its level, and the facts', async () => {
    const entries: LogEntry[] = [];
    const restore = configure({ logger: winstonInto(entries) });
    const circuitName = uniqueName();
    const service = outage(circuitName);
    const asked = rejectionOf(service.ask());
    await world.clock.advance('5s');
    await asked;
    await service.ask();
    await world.clock.advance('10s');
    service.healthy = true;
    await service.ask();
    restore();
    const of = { method: 'Service.ask', circuit: circuitName };
    const facts = {
      kind: 'server',
      errorName: 'Error',
      status: 503,
      requestId: 'req_abcdef123456',
      retryAfterMs: 2000,
    };
    expect(entries).to.deep.equal([
      {
        level: 'warn',
        message: 'retry_scheduled',
        ...of,
        ...facts,
        attempt: 1,
        maxAttempts: 2,
        elapsedMs: 0,
        waitMs: 2000,
      },
      {
        level: 'warn',
        message: 'retry_gave_up',
        ...of,
        ...facts,
        attempt: 2,
        maxAttempts: 2,
        elapsedMs: 2000,
        reason: 'attempts',
      },
      { level: 'error', message: 'circuit_opened', ...of, ...facts, state: 'open', reason: 'failures' },
      { level: 'debug', message: 'circuit_refused', ...of, state: 'open', retryAfterMs: 7000 },
      { level: 'warn', message: 'fallback_used', ...of, reason: 'open' },
      { level: 'info', message: 'circuit_half_open', ...of, state: 'half-open' },
      { level: 'info', message: 'circuit_closed', ...of, state: 'closed' },
    ]);
    expect(failed).to.deep.equal([{ level: 'debug', message: 'call_failed', ...of, ...facts, attempts: 2 }]);
    for (const { message, level } of entries) expect(level).to.equal(LEVELS[message as keyof typeof LEVELS]);
  });

  it('writes ten entries of an event of a method, then one a second, and counts what it left out', async () => {
    const entries: LogEntry[] = [];
    const restore = configure({ logger: winstonInto(entries) });
    const asking = RetryOnTransient({ maxAttempts: 1 })(async function outageOfTheLog() {
      throw unavailable();
    });
    const failTimes = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await rejectionOf(asking());
    };
    await failTimes(25);
    expect(entries).to.have.lengthOf(10);
    expect(entries.every(({ count }) => count === undefined)).to.equal(true);
    await world.clock.advance('1s');
    await failTimes(5);
    expect(entries).to.have.lengthOf(11);
    expect(entries[10]).to.have.property('count', 15);
    await world.clock.advance('60s');
    await failTimes(12);
    restore();
    expect(entries).to.have.lengthOf(21);
    expect(entries[11]).to.have.property('count', 4);
    expect(entries[12]).not.to.have.property('count');
  });

  it('keeps a bucket for each event of each method', async () => {
    const entries: LogEntry[] = [];
    const restore = configure({ logger: winstonInto(entries) });
    for (const name of ['one', 'other']) {
      const body = { [name]: async () => Promise.reject(unavailable()) }[name] as () => Promise<void>;
      const asking = RetryOnTransient({ maxAttempts: 1 })(body);
      for (let i = 0; i < 12; i++) await rejectionOf(asking());
    }
    restore();
    expect(entries.map(({ method }) => method)).to.deep.equal([...Array(10).fill('one'), ...Array(10).fill('other')]);
  });

  it('builds nothing for a level that the logger does not write', async () => {
    const entries: LogEntry[] = [];
    const restore = configure({ logger: winstonInto(entries, { level: 'error' }) });
    const asking = RetryOnTransient({ maxAttempts: 1 })(async function quiet() {
      throw unavailable();
    });
    await rejectionOf(asking());
    restore();
    expect(entries).to.have.lengthOf(0);
  });

  it('speaks of warning to a logger with the levels of syslog', async () => {
    const levels: string[] = [];
    const logger = {
      levels: winston.config.syslog.levels,
      log: ({ level }: LogEntry) => level === 'debug' || levels.push(level),
    };
    const restore = configure({ logger });
    const asking = RetryOnTransient({ maxAttempts: 1 })(async function syslog() {
      throw unavailable();
    });
    await rejectionOf(asking());
    restore();
    expect(levels).to.deep.equal(['warning']);
  });

  it('changes no outcome when the logger throws, rejects or cannot tell its level', async () => {
    const broken = (): never => {
      throw new Error('the logger');
    };
    for (const logger of [{ log: broken }, { log: async () => broken() }, { log: () => 0, isLevelEnabled: broken }]) {
      const restore = configure({ logger });
      const asking = RetryOnTransient({ maxAttempts: 1 })(async () => Promise.reject(unavailable()));
      expect(((await rejectionOf(asking())) as { status: number }).status).to.equal(503);
      restore();
    }
  });

  it('tells of a circuit that is moved by hand, and never the reason that was given', async () => {
    const entries: LogEntry[] = [];
    // Later than anything that was told before, so that the bucket, which all that is moved by hand shares, is full.
    const clock = new FakeClock(Date.now() + 1e10);
    const restore = configure({ logger: winstonInto(entries), clock });
    const name = uniqueName();
    circuit(name).isolate('a secret reason');
    circuit(name).reset();
    restore();
    expect(entries.map(({ count: _, ...entry }) => entry)).to.deep.equal([
      { level: 'error', message: 'circuit_opened', circuit: name, state: 'isolated', by: 'code' },
      { level: 'info', message: 'circuit_closed', circuit: name, state: 'closed', by: 'code' },
    ]);
  });

  describe('of its own', () => {
    const program = `
      import { RetryOnTransient } from ${library('index.js')};
      await RetryOnTransient({ minWait: '1ms', maxWait: '1ms' })(async function ask() { throw Object.assign(new Error('secret'), { status: 503 }) })().catch(() => {});
    `;

    it('is a line of JSON for each entry, on standard error', async () => {
      const { stdout, stderr, code } = await runProgram(program, { RESILIENCE_LOG_LEVEL: 'info' });
      expect({ stdout, code }).to.deep.equal({ stdout: '', code: 0 });
      const lines = stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as LogEntry);
      expect(lines.map(({ message }) => message)).to.deep.equal([
        'retry_scheduled',
        'retry_scheduled',
        'retry_gave_up',
      ]);
      expect(lines[0])
        .to.have.property('timestamp')
        .that.matches(/^\d{4}-\d\d-\d\dT/);
    });

    it('heeds log.level, and can be silent', async () => {
      expect((await runProgram(program, { RESILIENCE_LOG_LEVEL: 'error' })).stderr).to.equal('');
      expect((await runProgram(program, { RESILIENCE_LOG_LEVEL: 'silent' })).stderr).to.equal('');
    });
  });
});
