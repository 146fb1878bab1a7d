import type { LogEntry } from '../entry.js';

/** The fields of a line: an entry without its level and its message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A logger with `log(entry)`: winston, or your own object. Nest's loggers, whose `log` takes anything, fit it too. */
export interface EntryLogger {
  log(entry: LogEntry): unknown;
  /** Optional. Called before an entry is built. */
  isLevelEnabled?(level: string): boolean;
  /** If it has `warning` but not `warn`, as in syslog's levels, warnings are written as `warning`. */
  readonly levels?: Readonly<Record<string, number>>;
}

/** A logger with a method for each level: pino, bunyan, Fastify's log, console, loglevel, tslog, consola. */
export interface LevelLogger {
  error(message: string, fields: LogFields): unknown;
  warn(message: string, fields: LogFields): unknown;
  info(message: string, fields: LogFields): unknown;
  debug(message: string, fields: LogFields): unknown;
}

/** A logger for `configure({ logger })`. Its shape decides how it is called: see docs/logging.md. */
export type Logger = EntryLogger | LevelLogger;
