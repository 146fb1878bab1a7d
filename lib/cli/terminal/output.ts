/** Writes a line to standard output. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a line to standard error. For everything except results, so that a pipe gets results only. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Ends the process without an error if the reader of its output is gone, as in `holdfast … | head`. */
export function endQuietlyWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(0);
    });
  }
}
