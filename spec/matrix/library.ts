import { createRequire } from 'node:module';
import type * as openai from '#lib/openai/index.js';
import type * as holdfast from '#lib/index.js';
import type { writtenService } from './written/service.js';

export type { FailureKind, ResilienceEvent, SettingsOverrides } from '#lib/index.js';

/** The library, its services compiled in one of the two decorator dialects. */
export interface Library {
  readonly holdfast: typeof holdfast;
  readonly openai: typeof openai;
  /** A service written by hand, compiled in the same dialect. */
  readonly Written: ReturnType<typeof writtenService>;
}

export const DIALECTS = ['standard', 'legacy'] as const;
export type Dialect = (typeof DIALECTS)[number];

const LEGACY = new URL('../../legacy-lib/', import.meta.url);

/** Where a module of the library lies that was compiled in a dialect. */
export function moduleOf(dialect: Dialect, path: string): string {
  return dialect === 'legacy' ? new URL(path, LEGACY).href : import.meta.resolve(`#lib/${path}`);
}

/** How a service loads the library: `import`, or `require` from a CommonJS module. */
export const MODULES = ['import', 'require'] as const;
export type Module = (typeof MODULES)[number];

const require = createRequire(import.meta.url);
const loaded = new Map<string, Promise<Library>>();

/** Loaded once for each place: a class that is decorated twice would be two methods of one name. */
export function libraryIn(dialect: Dialect, module: Module = 'import'): Promise<Library> {
  const key = `${dialect} ${module}`;
  const library = loaded.get(key) ?? load(dialect, module);
  loaded.set(key, library);
  return library;
}

async function load(dialect: Dialect, module: Module): Promise<Library> {
  // CommonJS takes the package by its name, as a service does.
  const parts = module === 'require' ? [require('holdfast'), require('holdfast/openai')] : await imported(dialect);
  const [holdfast, openai] = parts as [Library['holdfast'], Library['openai']];
  const written = (await import(WRITTEN[dialect])) as { writtenService: typeof writtenService };
  return { holdfast, openai, Written: written.writtenService(holdfast) };
}

function imported(dialect: Dialect): Promise<unknown[]> {
  return Promise.all(['index.js', 'openai/index.js'].map((path) => import(moduleOf(dialect, path))));
}

const WRITTEN: Readonly<Record<Dialect, string>> = {
  standard: new URL('written/service.js', import.meta.url).href,
  legacy: new URL('../../legacy/matrix/written/service.js', import.meta.url).href,
};
