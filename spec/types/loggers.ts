// Compiled in both dialects, never run: loggers are handed in as they are, without a cast.
import type { Logger as NestLogger, LoggerService } from '@nestjs/common';
import { ConsoleLogger } from '@nestjs/common';
import bunyan from 'bunyan';
import { type ConsolaInstance, consola } from 'consola';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import loglevel from 'loglevel';
import type { Logger as NestPino, PinoLogger } from 'nestjs-pino';
import pino from 'pino';
import { Logger as Tslog } from 'tslog';
import winston from 'winston';
import { configure, type Logger } from '#lib/index.js';

configure({ logger: winston });
configure({ logger: winston.createLogger({ levels: winston.config.syslog.levels }) });
configure({ logger: pino() });
configure({ logger: pino({ customLevels: { audit: 35 } }) });
configure({ logger: pino().child({ part: 'resilience' }) });
configure({ logger: bunyan.createLogger({ name: 'app' }) });
configure({ logger: Fastify({ logger: true }).log });
configure({ logger: new ConsoleLogger({ logLevels: ['error'] }) });
configure({ logger: console });
configure({ logger: loglevel });
configure({ logger: loglevel.getLogger('app') });
configure({ logger: new Tslog({ minLevel: 3 }) });
configure({ logger: consola });

declare const given: {
  readonly fastify: FastifyBaseLogger;
  readonly nest: NestLogger;
  readonly service: LoggerService;
  readonly nestPino: NestPino;
  readonly pinoLogger: PinoLogger;
  readonly child: winston.Logger;
  readonly tagged: ConsolaInstance;
};
export const loggers: readonly Logger[] = Object.values(given);

// The parameters of an object of your own need no types.
configure({ logger: { log: ({ level, message, count }) => console.log(level.length, message, count) } });
configure({ logger: { log: (entry) => entry.level, isLevelEnabled: (level) => level !== 'debug' } });
const write = (message: string, fields: Readonly<Record<string, unknown>>): void => console.log(message, fields.method);
configure({ logger: { error: write, warn: write, info: write, debug: write } });
configure({ logger: { error: (message) => message.length, warn: write, info: write, debug: write } });

// @ts-expect-error -- a function has no levels
configure({ logger: (entry: string) => entry });
// @ts-expect-error -- warn and debug are missing
configure({ logger: { error: write, info: write } });
// @ts-expect-error -- the entry is an object
configure({ logger: { log: (message: string) => message } });
