import type { Level } from '../../core/levels.js';
import { read } from '../../failures/reading.js';

type Ranks = Readonly<Record<Level, number>>;

const BUNYAN: Ranks = { error: 50, warn: 40, info: 30, debug: 20 };
const LOGLEVEL: Ranks = { error: 4, warn: 3, info: 2, debug: 1 };
const TSLOG: Ranks = { error: 5, warn: 4, info: 3, debug: 2 };
const CONSOLA: Ranks = { error: 0, warn: 1, info: 3, debug: 4 };

/**
 * True if the logger's numeric level admits this level. True for loggers without a numeric level: they decide when they
 * are called.
 */
export function passesThreshold(logger: unknown, level: Level): boolean {
  const getLevel = read(logger, 'getLevel');
  if (typeof getLevel === 'function') return reaches(getLevel.call(logger), LOGLEVEL[level]);
  const loggerLevel = read(logger, 'level');
  if (typeof loggerLevel === 'function' && typeof read(logger, 'addStream') === 'function')
    return reaches(loggerLevel.call(logger), BUNYAN[level]);
  if (typeof loggerLevel === 'number') return loggerLevel >= CONSOLA[level];
  return reaches(read(read(logger, 'settings'), 'minLevel'), TSLOG[level]);
}

function reaches(threshold: unknown, rank: number): boolean {
  return typeof threshold !== 'number' || rank >= threshold;
}
