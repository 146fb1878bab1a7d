import winston from 'winston';
import type { LogEntry } from './entry.js';

/** What holdfast asks of a logger: a winston logger is one. */
export interface Logger {
  log(entry: LogEntry): unknown;
  isLevelEnabled?(level: string): boolean;
  readonly levels?: Readonly<Record<string, number>>;
}

/** Holdfast's own logger: a line of JSON for each entry, on standard error, which leaves standard output to the program. */
export function createLogger(level: string): Logger {
  const { combine, timestamp, json } = winston.format;
  return winston.createLogger({
    level: level === 'silent' ? 'error' : level,
    silent: level === 'silent',
    format: combine(timestamp(), json()),
    transports: [new winston.transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug'] })],
  });
}
