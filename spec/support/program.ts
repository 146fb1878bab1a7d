import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Where the built library is, for programs that import it. */
export const library = (path: string): string => JSON.stringify(pathToFileURL(resolve('dist', path)).href);

/** Runs a module in a process of its own, until it ends by itself. */
export function runProgram(source: string, env: Record<string, string> = {}, cwd = process.cwd()): Promise<Ended> {
  return new Promise((done, reject) => {
    const started = Date.now();
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      env: { ...process.env, ...env },
      cwd,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => done({ code, stdout, stderr, ms: Date.now() - started }));
  });
}
