import { writeSync } from 'node:fs';

/**
 * Writes a line to standard error, and drops it if nobody reads: neither a closed pipe (EPIPE) nor a full one (EAGAIN)
 * ends the process, fills its memory or keeps it from ending.
 */
export function writeLine(line: string): void {
  try {
    const stderr = globalThis.process?.stderr;
    // oxlint-disable-next-line no-console -- workers at the edge have a console, and no streams
    if (!stderr) console.error(line);
    else if (isDirect(stderr)) writeDirectly(stderr, `${line}\n`);
    else if (!stderr.writableNeedDrain) stderr.write(`${line}\n`, ignoreFailure);
  } catch {
    // Nobody reads now.
  }
}

/**
 * Whether to pass the stream by. Its own writes queue up if the reader is slow, and a process does not end before they
 * are through. Not if something replaced `write()` to see what is written, nor in a worker, nor if a write would overtake
 * what the program has queued. On Windows the stream does not queue.
 */
function isDirect(stderr: NodeJS.WriteStream & { readonly fd: 2 }): boolean {
  return (
    process.platform !== 'win32' && stderr.fd === 2 && !Object.hasOwn(stderr, 'write') && stderr.writableLength === 0
  );
}

function writeDirectly(stderr: NodeJS.WriteStream & { readonly fd: 2 }, line: string): void {
  const bytes = Buffer.from(line);
  const done = writeSync(stderr.fd, bytes);
  // A part of a line would spoil the next one, so its rest is written even if it has to wait.
  if (done < bytes.length) stderr.write(bytes.subarray(done), ignoreFailure);
}

/**
 * Node calls this right before it emits the stream's error, which ends the process if nobody listens. Only the error of
 * this line is caught: what the program itself writes is not ours.
 */
function ignoreFailure(error?: Error | null): void {
  const { stderr } = process;
  if (error && stderr.listenerCount('error') === 0) stderr.once('error', ignore);
}

function ignore(): void {}
