import { dirname, resolve } from 'node:path';
import { processEnvironment } from '../core/process.js';
import { ConfigurationError } from '../core/errors.js';
import { entriesOf, note, noteUnknown, type Problem, type Problems, textsOf } from './check.js';
import { type Environment, readEnvironment } from './environment.js';
import { completed } from './convict.js';
import { findFile, readFile } from './file.js';
import { groups } from './groups.js';
import { problemsOf } from './problems.js';
import { mapped } from './mapped.js';
import type { LoadedSettings } from './layers.js';
import type { Settings } from './schema.js';
import { show } from './show.js';

export interface LoadOptions {
  /** The environment to read. @default process.env */
  readonly env?: Environment;
  /** The JSON file to read. @default the file of RESILIENCE_CONFIG, else `resilience.json` if it exists */
  readonly file?: string;
}

/**
 * Reads the settings from the environment and a JSON file: schema default < file < environment.
 * @returns every setting, validated and frozen
 * @throws {ConfigurationError} that lists every problem at once
 */
export function loadSettings(options: LoadOptions = {}): Settings {
  refuseUnknown(options);
  const loaded = loadWithOrigins(options);
  refuse(problemsOf({ loaded, configured: [] }));
  return loaded.settings;
}

/** @throws {ConfigurationError} if there are problems */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigurationError(textsOf(problems));
}

const OPTIONS: Readonly<Record<string, { readonly expected: string; readonly fits: (value: unknown) => boolean }>> = {
  env: { expected: 'an object of variables', fits: (value) => typeof value === 'object' && value !== null },
  file: { expected: 'the name of a file', fits: (value) => typeof value === 'string' },
};

function refuseUnknown(options: unknown): void {
  const problems: Problems = [];
  for (const [key, value] of entriesOf(options, ['loadSettings'], problems)) {
    const option = Object.hasOwn(OPTIONS, key) ? OPTIONS[key] : undefined;
    if (!option) noteUnknown(problems, [key], Object.keys(OPTIONS));
    else if (value !== undefined && !option.fits(value))
      note(problems, [key], `expected ${option.expected}, got ${show(value)}`);
  }
  refuse(problems);
}

/** Like `loadSettings`, but wrong values become problems. @param found the file to read, if it is already known */
export function loadWithOrigins(
  { env = processEnvironment(), file: asked }: LoadOptions = {},
  found = findFile(asked, env),
): LoadedSettings {
  const problems: Problems = [];
  const { circuits = {}, methods = {}, ...file } = (found && readFile(found, problems)) ?? {};
  const environment = readEnvironment(env, problems);
  const schema = mapped(Object.fromEntries(groups), ({ fields }) => fields);
  const settings = deepFreeze({ ...completed(schema, [file, environment]), circuits, methods } as Settings);
  return {
    settings,
    file: { ...file, circuits, methods },
    environment,
    path: found?.path,
    isLocal: found !== undefined && dirname(found.absolute) === resolve('.'),
    problems,
  };
}

/** Freezes objects and arrays with everything in them, but not functions: those belong to the caller. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
