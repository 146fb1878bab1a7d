/** The levels of events, the most severe first. */
export const LEVELS = ['error', 'warn', 'info', 'debug'] as const;

export type Level = (typeof LEVELS)[number];

/** The values of `log.level`. */
export const LOG_LEVELS = [...LEVELS, 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** True if a log of the level `least` writes lines of this level. */
export function isWritten(level: Level, least: LogLevel): boolean {
  return least !== 'silent' && LEVELS.indexOf(level) <= LEVELS.indexOf(least);
}
