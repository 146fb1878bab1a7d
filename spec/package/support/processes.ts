import { execFile } from 'node:child_process';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const TOO_LONG_MS = 60_000;

/** Runs a program to its end, without anything in the environment that could change what it does. */
export function run(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    const options = { cwd, env: { PATH, HOME, NO_COLOR: '1', ...env }, timeout: TOO_LONG_MS };
    execFile(file, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
  });
}

export function node(args: readonly string[], cwd: string, env?: Record<string, string>): Promise<Ended> {
  return run(process.execPath, args, cwd, env);
}
