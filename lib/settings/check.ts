import { closest, distance } from 'fastest-levenshtein';
import type { Field, Fields, Spelling } from '../core/field.js';
import { adviceFor } from './habits.js';
import { show, showKey } from './show.js';

export { show };

/** A typing mistake is at most this far from what was meant. */
const NEAR = 3;

const SWITCH = 'a switch is a setting of a group, such as retry.enabled (RETRY_ENABLED)';

/** Something that is wrong, in a sentence for people, and where it is: `['retry', 'maxAttempts']`. */
export interface Problem {
  readonly path: Path;
  readonly text: string;
}

export type Problems = Problem[];
export type Path = readonly string[];

/** Notes what is wrong at a place. The root of settings is called so; the root of options has no name. */
export function note(problems: Problems, path: Path, says: string, variable?: string): void {
  const place = path.map(showKey).join('.');
  problems.push({ path, text: `${place}${variable === undefined ? '' : ` (${variable})`}: ${says}` });
}

export function textsOf(problems: readonly Problem[]): string[] {
  return problems.map(({ text }) => text);
}

/** The entries of `input` that are known and right; everything else becomes a problem. Undefined means not given. */
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

/** The value as code spells it; undefined if it is wrong, which becomes a problem. */
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

/** The entries of an object; anything else is a problem. */
export function entriesOf(input: unknown, path: Path, problems: Problems): [string, unknown][] {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return Object.entries(input);
  const got = typeof input === 'string' ? 'a text' : show(input);
  problems.push({ path, text: `${path.map(showKey).join('.') || 'settings'}: expected an object, got ${got}` });
  return [];
}

/** @param known at least one key */
export function noteUnknown(problems: Problems, path: Path, known: readonly string[]): void {
  const key = path.at(-1) ?? '';
  const advice = path.length === 1 && key === 'enabled' ? SWITCH : adviceFor(key, known);
  note(problems, path, `unknown key; ${advice ?? nearestOf(key, known) ?? `known are ${known.join(', ')}`}`);
}

function nearestOf(key: string, known: readonly string[]): string | undefined {
  const nearest = closestName(key, known);
  return nearest === undefined ? undefined : `did you mean "${nearest}"?`;
}

/** The name that was probably meant; undefined if none is near. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(name, [...known]);
  return distance(name, nearest) <= NEAR ? nearest : undefined;
}
