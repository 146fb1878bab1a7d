import type { Level } from '../../core/levels.js';
import type { LogEntry } from '../entry.js';

/** The uniform interface to a logger. Both methods may throw; the caller handles that. */
export interface Writer {
  /** True if the logger would write a line of this level now. */
  isEnabled(level: Level): boolean;
  /** True if the levels that it writes never change. */
  readonly isFixed?: boolean;
  /** Writes one line. The return value, or a rejected promise, is ignored. */
  write(level: Level, entry: LogEntry): unknown;
}
