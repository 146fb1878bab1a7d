/** Writes a line to standard output. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a line to standard error: what is no result, so that a pipe carries results alone. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Whether so many lines can be drawn over again and again. */
export function canRedraw(lines: number): boolean {
  const { isTTY, rows } = process.stdout;
  return isTTY === true && rows > lines && process.env.TERM !== 'dumb';
}

/** `holdfast … | head` has read enough: that is the end of the work, and no error. */
export function endQuietlyWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(0);
    });
  }
}
