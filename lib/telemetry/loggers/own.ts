import { systemClock } from '../../core/clock.js';
import { isWritten, LOG_LEVELS, type LogLevel } from '../../core/levels.js';
import { listenToExit, stopListeningToExit } from '../../core/process.js';
import { writeLine } from './standard-error.js';
import { type Engine, importEngine, type Line, loadEngine } from './winston.js';
import type { Writer } from './writer.js';

/** The most lines that wait to be written. Further lines are dropped. */
const MAX_WAITING = 10_000;

/**
 * Lines that are not written yet, because winston is being imported or its streams need another turn of the event loop.
 */
const waiting = new Set<Line>();

let engine: Engine | undefined;
let isImporting = false;

/**
 * Holdfast's own logger: writes each entry as a line of JSON to standard error. Standard output stays free for the
 * program. Loads winston with the first line, because most processes write none.
 * @param level the least severe level that is written; an unknown word means `info`
 */
export function ownLogger(level: string): Writer {
  const leastSevere: LogLevel = LOG_LEVELS.find((known) => known === level) ?? 'info';
  return {
    isFixed: true,
    isEnabled: (lineLevel) => isWritten(lineLevel, leastSevere),
    write: (_, entry) => write({ ...entry, timestamp: new Date(systemClock.now()).toISOString() }),
  };
}

function write(line: Line & { readonly timestamp: string }): void {
  if (waiting.size === MAX_WAITING) return;
  if (waiting.size === 0) listenToExit(writeWaiting);
  waiting.add(line);
  if (!engine && !isImporting) engine = loadEngine(writeFormatted);
  if (engine) engine(line);
  else if (!isImporting) importLater();
}

function writeFormatted(line: Line, text: string): void {
  // False if the line was already written because the process is ending.
  if (!waiting.delete(line)) return;
  writeLine(text);
  if (waiting.size === 0) stopListeningToExit(writeWaiting);
}

function importLater(): void {
  isImporting = true;
  void importEngine(writeFormatted)
    .catch(() => writeWithoutWinston)
    .then((imported) => {
      engine = imported;
      isImporting = false;
      for (const line of waiting) imported(line);
    })
    // Lines that could not be written wait until the process ends.
    .catch(() => undefined);
}

/** Writes the same line as winston, without winston. */
function writeWithoutWinston(line: Line): void {
  writeFormatted(line, JSON.stringify(line, Object.keys(line).sort()));
}

/** Called when the process ends: streams get no further turn. */
function writeWaiting(): void {
  for (const line of waiting) writeWithoutWinston(line);
}
