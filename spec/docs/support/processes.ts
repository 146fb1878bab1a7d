import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './repository.js';

/** How a process ended. */
export interface Ended {
  /** 0 when it ended well; null when it was killed because it took too long. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const TOO_LONG_MS = 30_000;

/** Runs a JavaScript file in an empty folder, without anything in the environment that could change what it does. */
export async function runFile(file: string, ...args: readonly string[]): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-docs-'));
  try {
    return await node([file, ...args], folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs the compiler on a project; what it says is empty when all is well. */
export async function compile(tsconfig: string): Promise<string> {
  const { stdout, stderr } = await node([join(root, 'node_modules/typescript/bin/tsc'), '--project', tsconfig], root);
  return `${stdout}${stderr}`.trim();
}

/** Does the work for all items, no more at a time than the machine has processors. */
export async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

function node(args: readonly string[], cwd: string): Promise<Ended> {
  const env = { PATH: process.env.PATH, NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env, timeout: TOO_LONG_MS }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, stdout, stderr });
    });
  });
}
