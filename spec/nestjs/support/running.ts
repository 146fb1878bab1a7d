import { type ChildProcess, fork } from 'node:child_process';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Fault } from '#lib/testing/index.js';

export const MAJORS = [10, 11, 12] as const;
export type Major = (typeof MAJORS)[number];

const COMPILED = resolve('build/legacy/nestjs/apps');

/**
 * The folder of a project that has this Nest, the package as it was built and the compiled apps. Nest 12 is the one of
 * the repository itself.
 */
async function projectOf(major: Major): Promise<string> {
  if (major === 12) return COMPILED;
  const project = resolve(`build/nestjs/nest-${major}`);
  const modules = join(project, 'node_modules');
  await rm(project, { recursive: true, force: true });
  await mkdir(modules, { recursive: true });
  // Without one of its own, the repository's would say where 'holdfast' is.
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  // A link would be followed to the repository, and Nest be looked up from there.
  for (const part of ['dist', 'package.json']) await cp(part, join(modules, 'holdfast', part), { recursive: true });
  await symlink(resolve(`spec/nestjs/nest-${major}/node_modules/@nestjs`), join(modules, '@nestjs'));
  await cp(COMPILED, join(project, 'apps'), { recursive: true });
  return join(project, 'apps');
}

/** An app in a process of its own. */
export interface Running {
  readonly url: string;
  /** What it has printed. */
  readonly output: () => string;
  /** What its upstream does next; forgets what it was asked before. */
  script(...faults: Fault[]): Promise<void>;
  /** How many requests have reached its upstream since. */
  requests(): Promise<number>;
  close(): Promise<number | null>;
}

export async function run(
  major: Major,
  adapter: 'express' | 'fastify',
  env: Readonly<Record<string, string>> = {},
  program = 'shop.js',
): Promise<Running> {
  const folder = await projectOf(major);
  const child = fork(join(folder, program), [adapter], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  const { url } = await heard<{ url: string }>(child, () => output);
  const say = async (message: object): Promise<{ requests: number }> => {
    child.send(message);
    return heard(child, () => output);
  };
  return {
    url,
    output: () => output,
    script: async (...faults) => void (await say({ faults })),
    requests: async () => (await say({})).requests,
    close: () =>
      new Promise((ended) => {
        child.once('exit', ended);
        child.send({ end: true });
      }),
  };
}

function heard<T>(child: ChildProcess, output: () => string): Promise<T> {
  return new Promise((resolved, rejected) => {
    const ended = (code: number | null): void => rejected(new Error(`the app ended with ${code}: ${output()}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolved(message as T);
    });
  });
}
