import { type AnyClass, ConfigurationError, describe, loadSettings, type SettingsOverrides } from '../index.js';

/** The part of Nest's `InstanceWrapper` that is looked at. */
interface Wrapper {
  readonly metatype: unknown;
  readonly instance: unknown;
}

/** The part of Nest's `DiscoveryService` that is looked at. */
export interface Discovery {
  getProviders(): readonly Wrapper[];
  getControllers(): readonly Wrapper[];
}

/** The problems of all decorated methods of providers and controllers, and of sections that match none of them. */
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
  // Invalid settings fail at every class with the same problems.
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
    // For a factory or a value, the instance tells the class; a request-scoped provider has no instance yet.
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

/** A pattern may mean methods that no provider has. */
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
  // More than this many changes make another name.
  let fewest = Math.ceil(name.length / 3) + 1;
  for (const candidate of known) {
    const changes = distance(name, candidate);
    if (changes < fewest) [nearest, fewest] = [candidate, changes];
  }
  return nearest;
}

/** How many letters differ (Levenshtein). */
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
