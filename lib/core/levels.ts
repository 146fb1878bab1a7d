/** How severe an event is, most severe first. */
export const LEVELS = ['error', 'warn', 'info', 'debug'] as const;

export type Level = (typeof LEVELS)[number];

/** What `log.level` may be. */
export const LOG_LEVELS = [...LEVELS, 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Whether a log of the level `least` has lines of this level. */
export function isWritten(level: Level, least: LogLevel): boolean {
  return least !== 'silent' && LEVELS.indexOf(level) <= LEVELS.indexOf(least);
}
