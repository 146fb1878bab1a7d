import type * as openai from '#lib/openai/index.js';
import type * as holdfast from '#lib/index.js';

export type { FailureKind, ResilienceEvent, SettingsOverrides } from '#lib/index.js';

/** The library, its services compiled in one of the two decorator dialects. */
export interface Library {
  readonly holdfast: typeof holdfast;
  readonly openai: typeof openai;
}

export const DIALECTS = ['standard', 'legacy'] as const;
export type Dialect = (typeof DIALECTS)[number];

const LEGACY = new URL('../../legacy-lib/', import.meta.url);

/** Where a module of the library lies that was compiled in a dialect. */
export function moduleOf(dialect: Dialect, path: string): string {
  return dialect === 'legacy' ? new URL(path, LEGACY).href : import.meta.resolve(`#lib/${path}`);
}

export async function libraryIn(dialect: Dialect): Promise<Library> {
  const load = (path: string): Promise<unknown> => import(moduleOf(dialect, path));
  return { holdfast: await load('index.js'), openai: await load('openai/index.js') } as Library;
}
