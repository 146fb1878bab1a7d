import { closest, distance } from 'fastest-levenshtein';
import type { Field, Fields, Spelling } from '../core/field.js';
import { isStrayPromise } from '../core/stray-promise.js';
import { adviceFor } from './habits.js';
import { show, showKey } from './show.js';

export { show };

/** The largest edit distance at which a name is suggested for a mistyped one. */
const NEAR = 3;

const SWITCH = 'a switch is a setting of a group, such as retry.enabled (RETRY_ENABLED)';

/** A message about something wrong, and its place in the settings: `['retry', 'maxAttempts']`. */
export interface Problem {
  readonly path: Path;
  readonly text: string;
}

export type Problems = Problem[];
export type Path = readonly string[];

/** Adds a problem. Its text begins with the path, and with the environment variable if there is one. */
export function note(problems: Problems, path: Path, says: string, variable?: string): void {
  const place = path.map(showKey).join('.');
  problems.push({ path, text: `${place}${variable === undefined ? '' : ` (${variable})`}: ${says}` });
}

export function textsOf(problems: readonly Problem[]): string[] {
  return problems.map(({ text }) => text);
}

/**
 * The valid entries of `input`. Unknown keys and invalid values become problems. An undefined value counts as unset.
 */
export function checkFields(
  fields: Fields,
  input: unknown,
  path: Path,
  spelling: Spelling,
  problems: Problems,
): Record<string, unknown> {
  const accepted: Record<string, unknown> = {};
  for (const [key, value] of entriesOf(input, path, problems)) {
    if (value === undefined) continue;
    const at = [...path, key];
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!field) {
      noteUnknown(problems, at, Object.keys(fields));
      continue;
    }
    const read = checkValue(field, value, at, spelling, problems);
    if (read !== undefined) accepted[key] = read;
  }
  return accepted;
}

/** The value in the form that code uses. An invalid value becomes a problem; then the result is undefined. */
export function checkValue(
  { format, sensitive }: Field<unknown>,
  value: unknown,
  path: Path,
  spelling: Spelling,
  problems: Problems,
  variable?: string,
): unknown {
  const read = format.read(value, spelling);
  if (read === undefined)
    note(problems, path, `expected ${format.expected}, got ${sensitive ? '(hidden)' : show(value)}`, variable);
  return read;
}

/** The entries of an object. Anything else becomes a problem. */
export function entriesOf(input: unknown, path: Path, problems: Problems): [string, unknown][] {
  if (hasEntries(input)) return Object.entries(input);
  const got = typeof input === 'string' ? 'a text' : kindOf(input);
  problems.push({ path, text: `${path.map(showKey).join('.') || 'settings'}: expected an object, got ${got}` });
  return [];
}

/**
 * True for an object that can hold options. A promise, a map, a date or a service of a framework has no properties of its
 * own: to take it for an empty object would ignore everything that it was to say.
 */
export function hasEntries(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (Object.keys(value).length > 0) return true;
  for (let at: object | null = Object.getPrototypeOf(value); at; at = Object.getPrototypeOf(at))
    // The last prototype of all, of any realm, has methods.
    if (Object.getPrototypeOf(at) !== null && Reflect.ownKeys(at).some((key) => key !== 'constructor')) return false;
  return true;
}

/** What came instead of an object, for problems. */
function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return show(value);
  return isStrayPromise(value) ? 'a promise' : 'an object without keys';
}

/** Adds a problem about an unknown key, with advice. @param known at least one key */
export function noteUnknown(problems: Problems, path: Path, known: readonly string[]): void {
  const key = path.at(-1) ?? '';
  const advice = path.length === 1 && key === 'enabled' ? SWITCH : adviceFor(key, known);
  note(problems, path, `unknown key; ${advice ?? nearestOf(key, known) ?? `known are ${known.join(', ')}`}`);
}

function nearestOf(key: string, known: readonly string[]): string | undefined {
  const nearest = closestName(key, known);
  return nearest === undefined ? undefined : `did you mean "${nearest}"?`;
}

/** The most similar known name; undefined if none is similar. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(name, [...known]);
  return distance(name, nearest) <= NEAR ? nearest : undefined;
}
