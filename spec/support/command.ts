import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command that is installed with the package. */
export const HOLDFAST = fileURLToPath(import.meta.resolve('#lib/cli/main.js'));

/** The program that `npm start` runs. */
export const DRILL = fileURLToPath(import.meta.resolve('#drill/main.js'));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs the installed command in a process of its own, as a user would. */
export function holdfast(args: readonly string[], surroundings?: Surroundings): Promise<Ended> {
  return begin(HOLDFAST, args, surroundings).ended;
}

/** Runs what `npm start` runs. */
export function npmStart(args: readonly string[], surroundings?: Surroundings): Promise<Ended> {
  return begin(DRILL, args, surroundings).ended;
}

/** Starts a program; the test may send it a signal or close its output before it ends. */
export function begin(
  main: string,
  args: readonly string[],
  { env = {}, cwd }: Surroundings = {},
): { readonly child: ChildProcess; readonly ended: Promise<Ended>; readonly said: () => string } {
  const started = Date.now();
  const { FORCE_COLOR: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [main, ...args], { env: { ...inherited, ...env }, cwd, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdin.end();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr, ms: Date.now() - started }));
  });
  return { child, ended, said: () => stdout };
}

/** The lines of a text, without the empty one at its end. */
export const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n');
