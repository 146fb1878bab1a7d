import { type AnyClass, ConfigurationError, describe, loadSettings, type SettingsOverrides } from '../index.js';

/** The used part of Nest's `InstanceWrapper`. */
interface Wrapper {
  readonly metatype: unknown;
  readonly instance: unknown;
}

/** The used part of Nest's `DiscoveryService`. */
export interface Discovery {
  getProviders(): readonly Wrapper[];
  getControllers(): readonly Wrapper[];
}

/** The problems of all decorated methods of providers and controllers, and settings sections that match no method. */
export function problemsOf(discovery: Discovery, settings: SettingsOverrides | undefined): string[] {
  const problems: string[] = [];
  const described = [...classesOf(discovery)].flatMap((Class) => {
    try {
      return Object.entries(describe(Class)).map(([method, stack]) => ({ name: `${Class.name}.${method}`, stack }));
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  // Invalid settings cause the same problems for every class.
  if (problems.length > 0) return [...new Set(problems)];
  const warned = described.flatMap(({ name, stack }) =>
    stack.flatMap(({ policy, warnings }) => warnings.map((warning) => `${name}: @${policy}() ${warning}`)),
  );
  const methods = new Set(described.map(({ name }) => name));
  return [...warned, ...unknownSections('methods', methods, settings)];
}

function classesOf(discovery: Discovery): Set<AnyClass> {
  const classes = new Set<AnyClass>();
  for (const { metatype, instance } of [...discovery.getProviders(), ...discovery.getControllers()]) {
    // For factories and values only the instance knows the class. Request-scoped providers have no instance yet.
    for (const one of [metatype, constructorOf(instance)]) if (isClass(one)) classes.add(one);
  }
  return classes;
}

function constructorOf(instance: unknown): unknown {
  return typeof instance === 'object' && instance !== null ? instance.constructor : undefined;
}

function isClass(value: unknown): value is AnyClass {
  return typeof value === 'function' && typeof value.prototype === 'object' && value !== Object;
}

/** Sections with a pattern are not checked: a pattern may be meant for methods outside of providers. */
const PATTERN = /[*?]/;

function unknownSections(
  kind: 'methods',
  known: ReadonlySet<string>,
  settings: SettingsOverrides | undefined,
): string[] {
  const sections = { ...loadSettings()[kind], ...settings?.[kind] };
  return Object.keys(sections)
    .filter((name) => !PATTERN.test(name) && !known.has(name))
    .map((name) => {
      const nearest = nearestOf(name, known);
      return `${kind}.${name}: no provider or controller has this decorated method${nearest ? `. The nearest is ${nearest}` : ''}`;
    });
}

function nearestOf(name: string, known: ReadonlySet<string>): string | undefined {
  let nearest: string | undefined;
  // Names with as many changes as this are not similar.
  let fewest = Math.ceil(name.length / 3) + 1;
  for (const candidate of known) {
    const changes = distance(name, candidate);
    if (changes < fewest) [nearest, fewest] = [candidate, changes];
  }
  return nearest;
}

/** The number of changed letters (Levenshtein distance). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
