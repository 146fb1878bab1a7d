import type { Fields } from '../core/field.js';
import { circuitContradictions } from '../policies/circuit/rules.js';
import { rateLimitContradictions } from '../policies/rate-limit/rules.js';
import { retryContradictions } from '../policies/retry/rules.js';
import { join, type Problems } from './check.js';
import { type Group, type Settings, type SettingsOverrides, schema } from './schema.js';

/**
 * What settings say that cannot both be meant. A value that is undefined contradicts none.
 * @param environment what was read from variables, so that the problems can name them
 */
export function contradictionsOf(settings: Settings, environment: SettingsOverrides = {}): Problems {
  const { retry, circuit, rateLimit, circuits, methods } = settings;
  const of = (group: Group, problems: readonly string[]): string[] =>
    at(group, namingVariables(problems, schema[group], environment[group] ?? {}));
  return [
    ...of('retry', retryContradictions(retry)),
    ...of('circuit', circuitContradictions(circuit)),
    ...of('rateLimit', rateLimitContradictions(rateLimit)),
    ...each('circuits', circuits, circuitContradictions),
    ...each('methods', methods, (options) => [
      ...retryContradictions(options),
      ...circuitContradictions(options),
      ...at('rateLimit', rateLimitContradictions(options.rateLimit ?? {})),
    ]),
  ];
}

/** A problem reads `key: expected at most other (value), …`: behind each of the two goes the variable that set it. */
function namingVariables(problems: readonly string[], fields: Fields, given: object): string[] {
  return Object.keys(given).reduce<string[]>(
    (named, key) => {
      const variable = fields[key]?.env;
      return named.map((problem) =>
        problem
          .replace(new RegExp(`^${key}:`), `${key} (${variable}):`)
          .replace(new RegExp(` ${key} \\(`), ` ${key} (${variable}: `),
      );
    },
    [...problems],
  );
}

function at(path: string, problems: readonly string[]): string[] {
  return problems.map((problem) => join(path, problem));
}

function each<O>(group: string, sections: Readonly<Record<string, O>>, find: (options: O) => string[]): string[] {
  return Object.entries(sections).flatMap(([name, options]) => at(join(group, name), find(options)));
}
