import convict from 'convict';
import { ConfigurationError } from '../core/errors.js';
import { circuitContradictions } from '../policies/circuit/rules.js';
import { rateLimitContradictions } from '../policies/rate-limit/rules.js';
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
export function refuseContradictions({ retry, circuit, rateLimit, circuits, methods }: Settings): void {
  const problems = [
    ...at('retry', retryContradictions(retry)),
    ...at('circuit', circuitContradictions(circuit)),
    ...at('rateLimit', rateLimitContradictions(rateLimit)),
    ...each('circuits', circuits, circuitContradictions),
    ...each('methods', methods, (options) => [
      ...retryContradictions(options),
      ...circuitContradictions(options),
      ...at('rateLimit', rateLimitContradictions(options.rateLimit ?? {})),
    ]),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
}

function at(path: string, problems: readonly string[]): string[] {
  return problems.map((problem) => join(path, problem));
}

function each<O>(group: string, sections: Readonly<Record<string, O>>, find: (options: O) => string[]): string[] {
  return Object.entries(sections).flatMap(([name, options]) => at(join(group, name), find(options)));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
