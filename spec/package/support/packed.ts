import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, realpath, rename, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { run } from './processes.js';

/** The repository's root: mocha runs there. */
export const root = resolve('.');
export const modules = join(root, 'node_modules');
const fixtures = join(root, 'spec/package/fixtures');

export interface Packed {
  /** A folder outside of the repository, so that nothing of it is found by accident. Gone when the specs are done. */
  readonly folder: string;
  readonly tarball: string;
  /** The files in it, by their paths in the package, sorted. */
  readonly files: readonly string[];
}

/** What an entry of `exports` points to. */
export type Target = string | { readonly [condition: string]: Target };

export interface Manifest {
  readonly version: string;
  readonly bin: { readonly holdfast: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Target>>;
}

let once: Promise<Packed> | undefined;

/** The package as `npm publish` would send it, packed once for all specs. */
export function packed(): Promise<Packed> {
  once ??= pack();
  return once;
}

async function pack(): Promise<Packed> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-package-')));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  // Without its scripts: they would build dist/ anew under the feet of the other specs.
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root);
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  return { folder, tarball: join(folder, filename), files: files.map(({ path }) => path).sort() };
}

export interface Installed {
  /** Which of fixtures/src it is made of. */
  readonly sources: readonly string[];
  /** What is installed beside the package: a name, or `name=folder` for one that goes by another name here. */
  readonly beside: readonly string[];
}

/**
 * A consumer's project: its sources, the package as it was packed with its dependencies, what stands beside it, and
 * nothing else. Dependencies are links into the repository's node_modules, so that nothing is fetched.
 */
export async function consumer(name: string, { sources, beside }: Installed): Promise<string> {
  const { folder, tarball } = await packed();
  const project = join(folder, name);
  await mkdir(join(project, 'node_modules'), { recursive: true });
  for (const file of ['package.json', 'tsconfig.json', 'trace.mjs', ...sources.map((source) => `src/${source}`)]) {
    await cp(join(fixtures, file), join(project, file));
  }
  await run('tar', ['-xzf', tarball, '-C', 'node_modules'], project);
  await rename(join(project, 'node_modules/package'), join(project, 'node_modules/holdfast'));
  const { dependencies } = await manifestOf(project);
  for (const each of [...Object.keys(dependencies), ...beside]) {
    const [installed = '', from = installed] = each.split('=');
    await mkdir(dirname(join(project, 'node_modules', installed)), { recursive: true });
    await symlink(join(modules, from), join(project, 'node_modules', installed));
  }
  return project;
}

/** What the package says of itself where it is installed. */
export async function manifestOf(project: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(project, 'node_modules/holdfast/package.json'), 'utf8')) as Manifest;
}
