import type { Level } from '../../core/levels.js';
import { read } from '../../failures/reading.js';
import type { LogEntry } from '../entry.js';
import { forgive } from '../shield.js';
import { passesThreshold } from './thresholds.js';
import * as shapes from './shapes.js';
import type { Writer } from './writer.js';

type Method = (...args: readonly unknown[]) => unknown;

/** The names of each level, the best first, because loggers use different names. */
const NAMES: Readonly<Record<Level, readonly string[]>> = {
  error: ['error', 'err', 'crit', 'critical', 'fatal'],
  warn: ['warn', 'warning', 'notice'],
  info: ['info', 'notice', 'verbose'],
  debug: ['debug', 'trace', 'silly', 'verbose'],
};

const NEST_NAMES: Readonly<Record<Level, readonly string[]>> = { ...NAMES, info: ['log'], debug: ['debug'] };

/** The shapes of loggers, in order: the first that fits decides how the logger is called. */
const SHAPES: readonly (readonly [fits: (logger: unknown) => boolean, adapt: (logger: unknown) => Writer])[] = [
  [shapes.isWinston, entryWriter],
  [shapes.isPino, (logger) => methodWriter(logger, ({ message, fields }) => [fields, message])],
  [shapes.isBunyan, (logger) => methodWriter(logger, ({ message, fields }) => [fields, message])],
  [shapes.isPinoLogger, pinoLoggerWriter],
  [shapes.isNestPino, (logger) => pinoLoggerWriter(read(logger, 'logger'))],
  [shapes.isNest, (logger) => methodWriter(logger, ({ message, fields }) => [{ message, ...fields }], NEST_NAMES)],
  [shapes.isConsole, (logger) => methodWriter(logger, ({ entry }) => [JSON.stringify(entry)])],
  [shapes.isLeveled, (logger) => methodWriter(logger, ({ message, fields }) => [message, fields])],
  [shapes.takesEntries, entryWriter],
];

/** The expectation in the error message of `configure()`. */
export const EXPECTED_LOGGER =
  'a logger like winston (log(entry) and levels), pino or bunyan (error, warn, info, debug and child), Nest (log, error, ' +
  'warn), console (error, warn, info, debug), or { log(entry) { … } }';

/** The writer for a logger; undefined if the logger has no known shape. Called once, when the logger is configured. */
export function writerFor(logger: unknown): Writer | undefined {
  try {
    return SHAPES.find(([fits]) => fits(logger))?.[1](logger);
  } catch {
    // A proxy or getter threw: the logger cannot be used.
    return undefined;
  }
}

/** Writes with `logger.log(entry)`, with the logger's own name of the level. */
function entryWriter(logger: unknown): Writer {
  const levels = read(logger, 'levels');
  const word = (level: Level): string => {
    if (typeof levels !== 'object' || levels === null || level in levels) return level;
    return NAMES[level].find((name) => name in levels) ?? level;
  };
  return {
    isEnabled: (level) => askIfEnabled(logger, word(level)) ?? true,
    write: (level, entry) => call(logger, 'log', [{ ...entry, level: word(level) }]),
  };
}

interface Line {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly entry: LogEntry;
}

/**
 * Writes with `logger.warn(…)` and so on. Looks up the method for each line, because loglevel replaces its methods when
 * its level changes.
 */
function methodWriter(
  logger: unknown,
  argumentsOf: (line: Line) => readonly unknown[],
  names: Readonly<Record<Level, readonly string[]>> = NAMES,
): Writer {
  const methodOf = (level: Level): string | undefined => {
    return names[level].find((name) => typeof read(logger, name) === 'function');
  };
  return {
    isEnabled: (level) => {
      const method = methodOf(level);
      return method !== undefined && (askIfEnabled(logger, method) ?? passesThreshold(logger, level));
    },
    write: (level, entry) => {
      const { level: _, message, ...fields } = entry;
      const method = methodOf(level);
      return method === undefined ? undefined : call(logger, method, argumentsOf({ message, fields, entry }));
    },
  };
}

/** Writes to the pino of the current request. Looks up its level for each line. */
function pinoLoggerWriter(logger: unknown): Writer {
  const { write } = methodWriter(logger, ({ message, fields }) => [fields, message]);
  return { write, isEnabled: (level) => askIfEnabled(read(logger, 'logger'), level) ?? true };
}

/** The result of `isLevelEnabled` of the logger or its class; undefined if neither has that method. */
function askIfEnabled(logger: unknown, name: string): boolean | undefined {
  for (const candidate of [logger, read(logger, 'constructor')]) {
    if (typeof read(candidate, 'isLevelEnabled') !== 'function') continue;
    const answer = call(candidate, 'isLevelEnabled', [name]);
    forgive(answer);
    return answer !== false;
  }
  return undefined;
}

function call(logger: unknown, method: string, args: readonly unknown[]): unknown {
  return (logger as Readonly<Record<string, Method>>)[method]?.(...args);
}
