import { Console } from 'node:console';
import bunyan from 'bunyan';
import { expect } from 'chai';
import Fastify from 'fastify';
import pino from 'pino';
import winston from 'winston';
import { configure, ConfigurationError, type Logger } from '#lib/index.js';
import { writerFor } from '#lib/telemetry/loggers/adapt.js';
import { virtualTime } from '../../support/virtual-time.js';
import { jsonLines, type Line, oneOfEach, parse, printed } from '../support/captured.js';

/** The facts of the events that `oneOfEach` makes. */
const OPENED = { circuit: 'payments', state: 'isolated', by: 'code' };
const REFUSED = { method: 'pay', circuit: 'payments', state: 'isolated', retryAfterMs: null };
const REFUSED_CALL = {
  ...{ method: 'pay', circuit: 'payments', attempts: 0 },
  ...{ kind: 'circuit-open', errorName: 'CircuitOpenError' },
};
const FAILED_CALL = { method: 'pay', attempts: 1, kind: 'server', errorName: 'Error', status: 503 };
const CLOSED = { circuit: 'payments', state: 'closed', by: 'code' };
const GAVE_UP = {
  ...{ method: 'pay', attempt: 1, maxAttempts: 1, elapsedMs: 0 },
  ...{ kind: 'server', errorName: 'Error', status: 503, reason: 'attempts' },
};

/** What a line says, if its logger has the level and the message under these names. */
const said =
  (level: string, message: string, ...others: readonly string[]) =>
  (line: Line): readonly unknown[] => {
    const dropped = new Set([level, message, ...others]);
    return [line[level], line[message], Object.fromEntries(Object.entries(line).filter(([key]) => !dropped.has(key)))];
  };

const ALL = (error: unknown, debug: unknown, info: unknown, warn: unknown): readonly unknown[] => [
  [error, 'circuit_opened', OPENED],
  [debug, 'circuit_refused', REFUSED],
  [debug, 'call_failed', REFUSED_CALL],
  [info, 'circuit_closed', CLOSED],
  [warn, 'retry_gave_up', GAVE_UP],
  [debug, 'call_failed', FAILED_CALL],
];
const WARNINGS = (error: unknown, warn: unknown): readonly unknown[] => [
  [error, 'circuit_opened', OPENED],
  [warn, 'retry_gave_up', GAVE_UP],
];

describe('A logger handed to configure()', () => {
  virtualTime();

  const pinos: readonly (readonly [name: string, make: (stream: NodeJS.WritableStream, level: string) => Logger])[] = [
    ['pino', (stream, level) => pino({ level, base: null }, stream)],
    ['a child of pino', (stream, level) => pino({ level, base: null }, stream).child({})],
    ["Fastify's log", (stream, level) => Fastify({ logger: { level, base: null, stream } }).log],
  ];

  for (const [name, make] of pinos) {
    it(`may be ${name}`, async () => {
      const { stream, lines } = jsonLines();
      await oneOfEach(make(stream, 'debug'));
      expect(lines.map(said('level', 'msg', 'time', 'pid', 'hostname'))).to.deep.equal(ALL(50, 20, 30, 40));
    });

    it(`may be ${name}, whose level is warn`, async () => {
      const { stream, lines } = jsonLines();
      await oneOfEach(make(stream, 'warn'));
      expect(lines.map(said('level', 'msg', 'time', 'pid', 'hostname'))).to.deep.equal(WARNINGS(50, 40));
    });
  }

  it('may be bunyan', async () => {
    const { stream, lines } = jsonLines();
    await oneOfEach(bunyan.createLogger({ name: 'app', streams: [{ stream, level: 'debug' }] }));
    const own = ['name', 'hostname', 'pid', 'time', 'v'];
    expect(lines.map(said('level', 'msg', ...own))).to.deep.equal(ALL(50, 20, 30, 40));
  });

  for (const [levels, warn] of [
    [undefined, 'warn'],
    [winston.config.syslog.levels, 'warning'],
    [{ fatal: 0, warning: 1, notice: 2, trace: 3 }, 'warning'],
  ] as const) {
    it(`may be winston with the levels ${Object.keys(levels ?? winston.config.npm.levels).join(', ')}`, async () => {
      const { stream, lines } = jsonLines();
      const own = levels && 'fatal' in levels;
      const logger = winston.createLogger({
        ...(levels && { levels }),
        level: own ? 'trace' : 'debug',
        format: winston.format.json(),
        transports: [new winston.transports.Stream({ stream })],
      });
      await oneOfEach(logger);
      const [error, info, debug] = own ? ['fatal', 'notice', 'trace'] : ['error', 'info', 'debug'];
      expect(lines.map(said('level', 'message'))).to.deep.equal(ALL(error, debug, info, warn));
    });
  }

  it('may be a console: one line of JSON each', async () => {
    const [out, err] = [jsonLines(), jsonLines()];
    await oneOfEach(new Console(out.stream, err.stream));
    expect(err.lines.map(said('level', 'message'))).to.deep.equal(WARNINGS('error', 'warn'));
    expect(out.lines.map(said('level', 'message'))).to.deep.equal([
      ['debug', 'circuit_refused', REFUSED],
      ['debug', 'call_failed', REFUSED_CALL],
      ['info', 'circuit_closed', CLOSED],
      ['debug', 'call_failed', FAILED_CALL],
    ]);
  });

  it('may be an object of your own: with log alone, with a method for each level, or as Nest wants it', async () => {
    const calls: unknown[][] = [];
    const note =
      (name: string) =>
      (...args: unknown[]) =>
        calls.push([name, ...args]);
    const circuitOpened = { level: 'error', message: 'circuit_opened', ...OPENED };
    for (const [logger, call] of [
      [{ log: note('log') }, ['log', circuitOpened]],
      [{ log: note('log'), error: note('error') }, ['log', circuitOpened]],
      [
        { error: note('error'), warn: note('warn'), info: note('info'), debug: note('debug') },
        ['error', 'circuit_opened', OPENED],
      ],
      [
        { log: note('log'), error: note('error'), warn: note('warn') },
        ['error', { message: 'circuit_opened', ...OPENED }],
      ],
    ] as const) {
      calls.length = 0;
      await oneOfEach(logger as Logger);
      expect(calls[0]).to.deep.equal(call);
    }
    // Nest's interface has no debug that must be there.
    expect(calls.map(([name]) => name)).to.deep.equal(['error', 'log', 'warn']);
  });

  it('is called as it is, also if it has a pino inside', async () => {
    const calls: unknown[] = [];
    class Own {
      readonly logger = pino({ level: 'silent' });
      readonly error = (...args: unknown[]): unknown => calls.push(args);
      readonly warn = this.error;
      readonly info = this.error;
      readonly debug = this.error;
    }
    await oneOfEach(new Own());
    expect(calls[0]).to.deep.equal(['circuit_opened', OPENED]);
  });

  describe('prints what it prints elsewhere', () => {
    it('as loglevel, at its default and at debug', async function () {
      this.timeout(20_000);
      const { stdout, stderr } = await printed(`
        import loglevel from 'loglevel';
        await oneOfEach(loglevel);
        loglevel.setLevel('debug');
        await oneOfEach(loglevel);
      `);
      const opened = "circuit_opened { circuit: 'payments', state: 'isolated', by: 'code' }";
      expect(stderr.split('\n').filter((line) => line.startsWith('circuit_opened'))).to.deep.equal([opened, opened]);
      expect(stderr.match(/retry_gave_up/g)).to.have.lengthOf(2);
      expect(stdout.match(/circuit_refused/g)).to.have.lengthOf(1);
      expect(stdout.match(/circuit_closed/g)).to.have.lengthOf(1);
    });

    it('as consola, at its default and at debug', async function () {
      this.timeout(20_000);
      const { stdout, stderr } = await printed(`
        import { createConsola } from 'consola';
        await oneOfEach(createConsola({ fancy: false }));
        await oneOfEach(createConsola({ fancy: false, level: 4 }));
      `);
      const opened = "[error] circuit_opened { circuit: 'payments', state: 'isolated', by: 'code' }";
      const words = (text: string): string[] => text.match(/\[\w+\] \w+/g) ?? [];
      expect(stderr).to.contain(opened);
      const errors = ['[error] circuit_opened', '[warn] retry_gave_up'];
      expect(words(stderr)).to.deep.equal([...errors, ...errors]);
      const closed = '[info] circuit_closed';
      expect(words(stdout)).to.deep.equal([
        closed,
        ...['[debug] circuit_refused', '[debug] call_failed', closed, '[debug] call_failed'],
      ]);
    });

    it('as tslog, at all levels and at warn', async function () {
      this.timeout(20_000);
      const { stdout } = await printed(`
        import { Logger } from 'tslog';
        await oneOfEach(new Logger({ type: 'json' }));
        await oneOfEach(new Logger({ type: 'json', minLevel: 4 }));
      `);
      const lines = parse(stdout).map(({ 0: message, 1: fields, _meta }) => [
        (_meta as { readonly logLevelName: string }).logLevelName,
        message,
        fields,
      ]);
      expect(lines).to.deep.equal([...ALL('ERROR', 'DEBUG', 'INFO', 'WARN'), ...WARNINGS('ERROR', 'WARN')]);
    });

    it("as Nest's ConsoleLogger, its Logger and the class of that", async function () {
      this.timeout(20_000);
      const { stdout, stderr } = await printed(`
        import { ConsoleLogger, Logger } from '@nestjs/common';
        await oneOfEach(new ConsoleLogger({ json: true, logLevels: ['error', 'warn'] }));
        await oneOfEach(new ConsoleLogger({ json: true }));
        Logger.overrideLogger(new ConsoleLogger({ json: true }));
        await oneOfEach(new Logger());
        await oneOfEach(Logger);
      `);
      const lines = parse(stdout + stderr).map(({ level, message: object }) => {
        const { message, ...fields } = object as Line;
        return [level, message, fields];
      });
      const all = ALL('error', 'debug', 'log', 'warn');
      expect(lines).to.have.deep.members([...WARNINGS('error', 'warn'), ...all, ...all, ...all]);
    });

    it("as nestjs-pino's Logger and PinoLogger", async function () {
      this.timeout(20_000);
      const { stdout } = await printed(`
        import { Logger, PinoLogger } from 'nestjs-pino';
        const logger = new PinoLogger({ pinoHttp: { level: 'debug', base: null } });
        await oneOfEach(logger);
        await oneOfEach(new Logger(logger, {}));
        logger.logger.level = 'warn';
        await oneOfEach(new Logger(logger, {}));
      `);
      const lines = parse(stdout).map(said('level', 'msg', 'time'));
      const all = ALL(50, 20, 30, 40);
      expect(lines).to.deep.equal([...all, ...all, ...WARNINGS(50, 40)]);
    });
  });

  it('is asked for its level before an entry is built', () => {
    const level = (logger: unknown): string[] => {
      const writer = writerFor(logger);
      return (['error', 'warn', 'info', 'debug'] as const).filter((one) => writer?.isEnabled(one));
    };
    expect(level(pino({ level: 'info' }))).to.deep.equal(['error', 'warn', 'info']);
    expect(level(bunyan.createLogger({ name: 'app', level: 'error' }))).to.deep.equal(['error']);
    expect(level(winston.createLogger({ level: 'warn' }))).to.deep.equal(['error', 'warn']);
  });

  it('of any other shape is a ConfigurationError that names the shapes', () => {
    const bad = [null, 5, 'pino', {}, [], () => undefined, { info() {} }, { error() {}, info() {} }, { log: 'yes' }];
    const throwing = new Proxy(
      {},
      {
        get: () => {
          throw new Error('hostile');
        },
      },
    );
    for (const logger of [...bad, throwing]) {
      expect(() => configure({ logger: logger as never }))
        .to.throw(ConfigurationError)
        .with.property('message')
        .that.matches(/^logger: expected .*winston.*pino.*bunyan.*Nest.*console.*\{ log\(entry\)/);
    }
  });
});
