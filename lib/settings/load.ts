import convict from 'convict';
import { ConfigurationError } from '../core/errors.js';
import { circuitContradictions } from '../policies/circuit/rules.js';
import { retryContradictions } from '../policies/retry/rules.js';
import { join, type Problems } from './check.js';
import { type Environment, readEnvironment } from './environment.js';
import { readFile } from './file.js';
import { type Settings, type SettingsOverrides, schema } from './schema.js';

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
  return loadWithOrigins(options).settings;
}

export function loadWithOrigins({ env = process.env, file: asked }: LoadOptions = {}): LoadedSettings {
  const problems: Problems = [];
  const file = readFile(asked, env, problems);
  const environment = readEnvironment(env, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const { circuits = {}, methods = {}, ...values } = file.tree;
  // Without `args` and `env` of its own convict would read the command line and coerce what it finds.
  const merged = convict(schema as never, { args: [], env: {} });
  merged.load(values).load(environment).validate({ allowed: 'strict' });
  const settings = { ...(merged.getProperties() as unknown as Settings), circuits, methods } as Settings;
  refuseContradictions(settings);
  return { settings: deepFreeze(settings), file: file.tree, environment, path: file.path };
}

/** @throws {ConfigurationError} for settings that cannot both be meant */
export function refuseContradictions({ retry, circuit, circuits, methods }: Settings): void {
  const named = (group: string, sections: object): [string, object][] => {
    return Object.entries(sections).map(([name, section]) => [join(group, name), section]);
  };
  const problems = [
    ['retry', retry],
    ['circuit', circuit],
    ...named('circuits', circuits),
    ...named('methods', methods),
  ].flatMap(([path, options]) => {
    const found = [...retryContradictions(options as object), ...circuitContradictions(options as object)];
    return found.map((problem) => join(path as string, problem));
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
