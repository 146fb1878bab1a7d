import type { LogEntry } from '../entry.js';

/** The fields of a line: an entry without its level and its message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Takes whole entries: winston, or an object of your own. Nest's loggers, whose `log` takes anything, fit it too. */
export interface EntryLogger {
  log(entry: LogEntry): unknown;
  /** Asked before an entry is built, if it is there. */
  isLevelEnabled?(level: string): boolean;
  /** If it has `warning` and not `warn`, as with syslog's levels, warnings are written as `warning`. */
  readonly levels?: Readonly<Record<string, number>>;
}

/** Has a method for each level: pino, bunyan, Fastify's log, console, loglevel, tslog, consola. */
export interface LevelLogger {
  error(message: string, fields: LogFields): unknown;
  warn(message: string, fields: LogFields): unknown;
  info(message: string, fields: LogFields): unknown;
  debug(message: string, fields: LogFields): unknown;
}

/** A logger as `configure({ logger })` takes it. How it is called is decided by its shape: see docs/logging.md. */
export type Logger = EntryLogger | LevelLogger;
