import type { Level } from '../../core/levels.js';
import { read } from '../../failures/reading.js';
import type { LogEntry } from '../entry.js';
import { forgive } from '../shield.js';
import { passesThreshold } from './thresholds.js';
import * as shapes from './shapes.js';
import type { Writer } from './writer.js';

type Method = (...args: readonly unknown[]) => unknown;

/** The names of a level, the best first: loggers have levels of their own. */
const NAMES: Readonly<Record<Level, readonly string[]>> = {
  error: ['error', 'err', 'crit', 'critical', 'fatal'],
  warn: ['warn', 'warning', 'notice'],
  info: ['info', 'notice', 'verbose'],
  debug: ['debug', 'trace', 'silly', 'verbose'],
};

const NEST_NAMES: Readonly<Record<Level, readonly string[]>> = { ...NAMES, info: ['log'], debug: ['debug'] };

/** The shapes, in the order in which they are tried: the first that fits decides how the logger is called. */
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

/** What `configure()` says of anything else. */
export const EXPECTED_LOGGER =
  'a logger like winston (log(entry) and levels), pino or bunyan (error, warn, info, debug and child), Nest (log, error, ' +
  'warn), console (error, warn, info, debug), or { log(entry) { … } }';

/** How to write to a logger, or undefined if it has no known shape. Decided once, when it is configured. */
export function writerFor(logger: unknown): Writer | undefined {
  try {
    return SHAPES.find(([fits]) => fits(logger))?.[1](logger);
  } catch {
    // A proxy or getter that throws: not a shape that anyone could call.
    return undefined;
  }
}

/** `logger.log(entry)`, with the logger's own word for the level. */
function entryWriter(logger: unknown): Writer {
  const levels = read(logger, 'levels');
  const word = (level: Level): string => {
    if (typeof levels !== 'object' || levels === null || level in levels) return level;
    return NAMES[level].find((name) => name in levels) ?? level;
  };
  return {
    isEnabled: (level) => asked(logger, word(level)) ?? true,
    write: (level, entry) => call(logger, 'log', [{ ...entry, level: word(level) }]),
  };
}

interface Line {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly entry: LogEntry;
}

/** `logger.warn(…)`. The method is looked up for each line: loglevel replaces its methods when its level changes. */
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
      return method !== undefined && (asked(logger, method) ?? passesThreshold(logger, level));
    },
    write: (level, entry) => {
      const { level: _, message, ...fields } = entry;
      const method = methodOf(level);
      return method === undefined ? undefined : call(logger, method, argumentsOf({ message, fields, entry }));
    },
  };
}

/** The level is that of the pino that the current request has: it is looked up each time. */
function pinoLoggerWriter(logger: unknown): Writer {
  const { write } = methodWriter(logger, ({ message, fields }) => [fields, message]);
  return { write, isEnabled: (level) => asked(read(logger, 'logger'), level) ?? true };
}

/** What the logger, or its class, answers about a level; undefined if neither can be asked. */
function asked(logger: unknown, name: string): boolean | undefined {
  for (const judge of [logger, read(logger, 'constructor')]) {
    if (typeof read(judge, 'isLevelEnabled') !== 'function') continue;
    const answer = call(judge, 'isLevelEnabled', [name]);
    forgive(answer);
    return answer !== false;
  }
  return undefined;
}

function call(logger: unknown, method: string, args: readonly unknown[]): unknown {
  return (logger as Readonly<Record<string, Method>>)[method]?.(...args);
}
