import { writeSync } from 'node:fs';

/**
 * Writes a line to standard error, or drops it if the pipe is closed (EPIPE) or full (EAGAIN). Such a pipe neither ends
 * the process, nor fills its memory, nor keeps it alive.
 */
export function writeLine(line: string): void {
  try {
    const stderr = globalThis.process?.stderr;
    // oxlint-disable-next-line no-console -- workers at the edge have a console, and no streams
    if (!stderr) console.error(line);
    else if (isDirect(stderr)) writeDirectly(stderr, `${line}\n`);
    else if (!stderr.writableNeedDrain) stderr.write(`${line}\n`, ignoreFailure);
  } catch {
    // The line is dropped.
  }
}

/**
 * True if the line is written to the file descriptor, not to the stream. With a slow reader, the stream would queue
 * writes, and the process would not end before they are written. False if something replaced `write()` to see the
 * output, in a worker, if the write would overtake queued output of the program, and on Windows, where the stream does
 * not queue.
 */
function isDirect(stderr: NodeJS.WriteStream & { readonly fd: 2 }): boolean {
  return (
    process.platform !== 'win32' && stderr.fd === 2 && !Object.hasOwn(stderr, 'write') && stderr.writableLength === 0
  );
}

function writeDirectly(stderr: NodeJS.WriteStream & { readonly fd: 2 }, line: string): void {
  const bytes = Buffer.from(line);
  const writtenBytes = writeSync(stderr.fd, bytes);
  // If a part of the line was written, the rest must follow, even if it has to wait: otherwise the next line would be
  // broken.
  if (writtenBytes < bytes.length) stderr.write(bytes.subarray(writtenBytes), ignoreFailure);
}

/**
 * Node calls this before it emits the stream's `error` event, which ends the process if there is no listener. Catches
 * only the error of this line, not those of the program's own writes.
 */
function ignoreFailure(error?: Error | null): void {
  const { stderr } = process;
  if (error && stderr.listenerCount('error') === 0) stderr.once('error', ignore);
}

function ignore(): void {}
