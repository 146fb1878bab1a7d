import { processEnvironment } from '../core/environment.js';
import { ConfigurationError } from '../core/errors.js';
import { completed, defaultsOf } from './convict.js';
import { entriesOf, type Problems, show, unknownKey } from './check.js';
import { contradictionsOf } from './contradictions.js';
import { type Environment, readEnvironment } from './environment.js';
import { findFile, readFile } from './file.js';
import { type Settings, type SettingsOverrides, schema } from './schema.js';
import { layOver } from './tree.js';

export interface LoadOptions {
  /** The environment to read. @default process.env */
  readonly env?: Environment;
  /** The JSON file to read. @default the one that RESILIENCE_CONFIG names, else `resilience.json` if there is one */
  readonly file?: string;
}

/** Settings, and for those that are not defaults where they came from. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly file: SettingsOverrides;
  readonly environment: SettingsOverrides;
  /** The file's name as it was given, undefined where there is none. */
  readonly path: string | undefined;
}

/**
 * Reads the settings from the environment and a JSON file: schema default < file < environment.
 * @returns every setting, validated and frozen
 * @throws {ConfigurationError} that lists every problem at once
 */
export function loadSettings(options: LoadOptions = {}): Settings {
  refuseUnknown(options);
  return loadWithOrigins(options).settings;
}

const OPTIONS: Readonly<Record<string, { readonly expected: string; readonly fits: (value: unknown) => boolean }>> = {
  env: { expected: 'an object of variables', fits: (value) => typeof value === 'object' && value !== null },
  file: { expected: 'the name of a file', fits: (value) => typeof value === 'string' },
};

function refuseUnknown(options: unknown): void {
  const problems: Problems = [];
  for (const [key, value] of entriesOf(options, 'loadSettings', problems)) {
    const option = Object.hasOwn(OPTIONS, key) ? OPTIONS[key] : undefined;
    if (!option) problems.push(unknownKey(key, Object.keys(OPTIONS), key));
    else if (value !== undefined && !option.fits(value))
      problems.push(`${key}: expected ${option.expected}, got ${show(value)}`);
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/** @param found the file to read, where it is known already which */
export function loadWithOrigins(
  { env = processEnvironment(), file: asked }: LoadOptions = {},
  found = findFile(asked, env),
): LoadedSettings {
  const problems: Problems = [];
  const file = found ? readFile(found, problems) : {};
  const environment = readEnvironment(env, problems);
  const defaults = { ...defaultsOf(schema), circuits: {}, methods: {} } as Settings;
  // What a file that cannot be read would have said may be what makes the rest fit together.
  if (file) problems.push(...contradictionsOf(layOver(defaults, [file, environment]), environment));
  if (!file || problems.length > 0) throw new ConfigurationError(problems);
  const { circuits = {}, methods = {}, ...values } = file;
  const settings = { ...completed(schema, [values, environment]), circuits, methods } as Settings;
  return { settings: deepFreeze(settings), file, environment, path: found?.path };
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
