import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from '../docs/support/repository.js';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts one of the commands in bench/ in a process of its own. */
export function begin(
  name: 'fleet' | 'outage' | 'overhead' | 'soak',
  args: readonly string[],
  folder = root,
): { readonly child: ChildProcess; readonly ended: Promise<Ended>; readonly said: Promise<void> } {
  const file = join(folder, 'bench', name, 'main.js');
  const child = spawn(process.execPath, [file, ...args], { env: { PATH: process.env.PATH, NO_COLOR: '1' } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const said = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended, said };
}

/** The same, until it has ended. */
export function run(name: 'fleet' | 'outage' | 'overhead' | 'soak', ...args: readonly string[]): Promise<Ended> {
  return begin(name, args).ended;
}

export interface Copy {
  readonly folder: string;
  /** Puts a page where the benchmarks write their results. */
  readonly page: (text: string) => void;
  readonly read: () => string;
  readonly remove: () => void;
}

/** The specs of the migration pages install them in the repository too. */
const PEERS: readonly string[] = ['cockatiel', 'opossum', 'p-retry'];

/** A copy of the repository's bench/ in which no peer is installed, whoever runs the specs. */
export function withoutPeers(): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  cpSync(join(root, 'bench'), join(folder, 'bench'), {
    recursive: true,
    filter: (path) => basename(path) !== 'node_modules',
  });
  mkdirSync(join(folder, 'node_modules'));
  const installed = readdirSync(join(root, 'node_modules')).filter((name) => !PEERS.includes(name));
  for (const name of ['build', 'dist', 'package.json', ...installed.map((each) => join('node_modules', each))])
    symlinkSync(join(root, name), join(folder, name));
  const page = join(folder, 'docs', 'benchmarks.md');
  return {
    folder,
    page: (text) => {
      mkdirSync(join(folder, 'docs'));
      writeFileSync(page, text);
    },
    read: () => readFileSync(page, 'utf8'),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
