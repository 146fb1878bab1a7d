import type { Level } from '../../core/levels.js';
import type { LogEntry } from '../entry.js';

/** What holdfast's log needs of a logger, whatever its make. Both may throw: the caller shields itself. */
export interface Writer {
  /** Whether the logger would write a line of this level now. */
  isEnabled(level: Level): boolean;
  /** Writes one line. What it returns is ignored; a rejection too. */
  write(level: Level, entry: LogEntry): unknown;
}
