import { read } from '../../failures/reading.js';

// Recognises loggers by their members, not by their class: a project may have two copies of a logger, or its own
// subclass.

/** True if the logger has all of these methods. */
function has(logger: unknown, ...methods: readonly string[]): boolean {
  return methods.every((method) => typeof read(logger, method) === 'function');
}

const hasFourLevels = (logger: unknown): boolean => has(logger, 'error', 'warn', 'info', 'debug');

/** winston, with the levels of npm, syslog or custom ones: lower-case names with numbers, and `log` for an entry. */
export function isWinston(logger: unknown): boolean {
  const levels = read(logger, 'levels');
  if (!has(logger, 'log') || typeof levels !== 'object' || levels === null || isLoglevel(logger)) return false;
  const ranks = Object.values(levels);
  return ranks.length > 0 && ranks.every((rank) => typeof rank === 'number');
}

/** pino and its children, and Fastify's `log`, which is pino. */
export function isPino(logger: unknown): boolean {
  return has(logger, 'child', 'error', 'warn') && (has(logger, 'isLevelEnabled') || has(logger, 'bindings'));
}

export function isBunyan(logger: unknown): boolean {
  return hasFourLevels(logger) && has(logger, 'addStream') && typeof read(logger, 'fields') === 'object';
}

/** nestjs-pino's `PinoLogger`: its `logger` is the current request's pino. */
export function isPinoLogger(logger: unknown): boolean {
  return hasFourLevels(logger) && has(logger, 'assign', 'setContext') && isPino(read(logger, 'logger'));
}

/** nestjs-pino's `Logger`: a Nest logger around a `PinoLogger`. */
export function isNestPino(logger: unknown): boolean {
  return isNest(logger) && isPinoLogger(read(logger, 'logger'));
}

/** Nest's `Logger`, its class, `ConsoleLogger`, or anything that Nest accepts as a logger: `log` means info. */
export function isNest(logger: unknown): boolean {
  return has(logger, 'log', 'error', 'warn') && !has(logger, 'info');
}

export function isConsole(logger: unknown): boolean {
  return hasFourLevels(logger) && has(logger, 'log', 'table', 'groupEnd');
}

function isLoglevel(logger: unknown): boolean {
  return hasFourLevels(logger) && has(logger, 'getLevel', 'setLevel');
}

/** loglevel, tslog, consola, log4js and most others: `logger.warn(message, fields)`. */
export function isLeveled(logger: unknown): boolean {
  return hasFourLevels(logger);
}

/** An object with `log(entry)`. */
export function takesEntries(logger: unknown): boolean {
  return has(logger, 'log');
}
