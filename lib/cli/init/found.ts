import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { ownPackage } from '../package-root.js';

const SCHEMA = 'node_modules/holdfast/resilience.schema.json';

/** The path of the installed schema (or of the place where it will be), relative to this folder. */
export function schemaPath(folder: string): { readonly path: string; readonly isInstalled: boolean } {
  const installedIn = withParents(folder).find((parent) => existsSync(join(parent, SCHEMA)));
  const path = relative(folder, join(installedIn ?? nearestProject(folder) ?? folder, SCHEMA))
    .split(sep)
    .join('/');
  return { path: path.startsWith('.') ? path : `./${path}`, isInstalled: installedIn !== undefined };
}

/** The dependencies of the nearest package.json; empty if it does not exist or cannot be read. */
export function dependenciesOf(folder: string): ReadonlySet<string> {
  const nearest = nearestProject(folder);
  if (nearest === undefined) return new Set();
  const { dependencies, devDependencies } = manifestIn(nearest);
  return new Set([dependencies, devDependencies].flatMap((each) => Object.keys(each ?? {})));
}

function nearestProject(folder: string): string | undefined {
  return withParents(folder).find((parent) => existsSync(join(parent, 'package.json')));
}

/** The frameworks that have an entry point of holdfast. */
const FRAMEWORKS: readonly (readonly [dependency: string, framework: string, entry: string])[] = [
  ['@nestjs/core', 'NestJS', 'nestjs'],
  ['express', 'Express', 'http'],
  ['fastify', 'Fastify', 'http'],
  ['hono', 'Hono', 'http'],
  ['ai', 'the AI SDK', 'ai'],
  ['openai', 'openai', 'openai'],
  ['axios', 'axios', 'fetch/axios'],
  ['undici', 'undici', 'fetch/undici'],
  ['@opentelemetry/api', 'OpenTelemetry', 'otel'],
  ['prom-client', 'prom-client', 'prometheus'],
];

/** The entry points of this version for the frameworks that a project uses. */
export function entriesFor(
  dependencies: ReadonlySet<string>,
): { readonly framework: string; readonly entry: string }[] {
  const { exports = {} } = manifestIn(ownPackage().root);
  return FRAMEWORKS.filter(([dependency, , entry]) => dependencies.has(dependency) && `./${entry}` in exports).map(
    ([, framework, entry]) => ({ framework, entry: `holdfast/${entry}` }),
  );
}

interface Manifest {
  readonly dependencies?: object;
  readonly devDependencies?: object;
  readonly exports?: object;
}

function manifestIn(folder: string): Manifest {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) ?? {}) as Manifest;
  } catch {
    return {};
  }
}

/** The folder and its parents, up to the root. */
function withParents(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...withParents(parent)];
}
