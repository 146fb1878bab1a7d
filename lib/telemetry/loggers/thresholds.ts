import type { Level } from '../../core/levels.js';
import { read } from '../../failures/reading.js';

type Ranks = Readonly<Record<Level, number>>;

const BUNYAN: Ranks = { error: 50, warn: 40, info: 30, debug: 20 };
const LOGLEVEL: Ranks = { error: 4, warn: 3, info: 2, debug: 1 };
const TSLOG: Ranks = { error: 5, warn: 4, info: 3, debug: 2 };
const CONSOLA: Ranks = { error: 0, warn: 1, info: 3, debug: 4 };

/**
 * Whether the number that a logger has as its level lets this level through. True for loggers that have none: they
 * decide when they are called.
 */
export function passesThreshold(logger: unknown, level: Level): boolean {
  const getLevel = read(logger, 'getLevel');
  if (typeof getLevel === 'function') return atLeast(getLevel.call(logger), LOGLEVEL[level]);
  const own = read(logger, 'level');
  if (typeof own === 'function' && typeof read(logger, 'addStream') === 'function')
    return atLeast(own.call(logger), BUNYAN[level]);
  if (typeof own === 'number') return own >= CONSOLA[level];
  return atLeast(read(read(logger, 'settings'), 'minLevel'), TSLOG[level]);
}

function atLeast(least: unknown, rank: number): boolean {
  return typeof least !== 'number' || rank >= least;
}
