import { systemClock } from '../../core/clock.js';
import { isWritten, LOG_LEVELS, type LogLevel } from '../../core/levels.js';
import { writeLine } from './standard-error.js';
import { type Engine, importEngine, type Line, loadEngine } from './winston.js';
import type { Writer } from './writer.js';

/** At most so many lines wait to be written. */
const MAX_WAITING = 10_000;

/** Lines that have not reached standard error: winston is being imported, or its streams take another turn. */
const waiting = new Set<Line>();

let engine: Engine | undefined;
let isImporting = false;

/**
 * Holdfast's own logger: a line of JSON for each entry, on standard error, which leaves standard output to the program.
 * winston is loaded with the first line, because most processes write none.
 * @param level a word that is not a level means `info`
 */
export function ownLogger(level: string): Writer {
  const least: LogLevel = LOG_LEVELS.find((known) => known === level) ?? 'info';
  return {
    isEnabled: (asked) => isWritten(asked, least),
    write: (_, entry) => write({ ...entry, timestamp: new Date(systemClock.now()).toISOString() }),
  };
}

function write(line: Line & { readonly timestamp: string }): void {
  if (waiting.size === MAX_WAITING) return;
  if (waiting.size === 0) globalThis.process?.once?.('exit', writeWaiting);
  waiting.add(line);
  if (!engine && !isImporting) engine = loadEngine(written);
  if (engine) engine(line);
  else if (!isImporting) importLater();
}

function written(line: Line, text: string): void {
  // False for a line that was written when the process ended.
  if (!waiting.delete(line)) return;
  writeLine(text);
  if (waiting.size === 0) globalThis.process?.removeListener?.('exit', writeWaiting);
}

function importLater(): void {
  isImporting = true;
  void importEngine(written)
    .catch(() => writeWithout)
    .then((imported) => {
      engine = imported;
      isImporting = false;
      for (const line of waiting) imported(line);
    })
    // What could not be written waits until the process ends.
    .catch(() => undefined);
}

/** The same line as winston's. */
function writeWithout(line: Line): void {
  written(line, JSON.stringify(line, Object.keys(line).sort()));
}

/** The process ends, and no stream has another turn. */
function writeWaiting(): void {
  for (const line of waiting) writeWithout(line);
}
