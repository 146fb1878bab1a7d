import { closest, distance } from 'fastest-levenshtein';
import type { Field, Fields, Spelling } from '../core/field.js';

/** A typing mistake is at most this far from what was meant. */
const NEAR = 3;

/** What was found to be wrong, in sentences for people. */
export type Problems = string[];

/**
 * The entries of `input` that are known and right; everything else becomes a problem. Undefined means not given.
 * @param groups what has fields of its own, in an object under its name
 */
export function checkFields(
  fields: Fields,
  input: unknown,
  path: string,
  spelling: Spelling,
  problems: Problems,
  groups: Readonly<Record<string, Fields>> = {},
): Record<string, unknown> {
  const accepted: Record<string, unknown> = {};
  for (const [key, value] of entriesOf(input, path, problems)) {
    if (value === undefined) continue;
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    const group = Object.hasOwn(groups, key) ? groups[key] : undefined;
    if (group) accepted[key] = checkFields(group, value, join(path, key), spelling, problems);
    else if (!field) problems.push(unknownKey(join(path, key), Object.keys({ ...fields, ...groups }), key));
    else accepted[key] = checkValue(field, value, join(path, key), spelling, problems);
  }
  return accepted;
}

export function checkValue(
  field: Field<unknown>,
  value: unknown,
  path: string,
  spelling: Spelling,
  problems: Problems,
): unknown {
  const read = field.format.read(value, spelling);
  if (read === undefined)
    problems.push(`${path}: expected ${field.format.expected}, got ${field.sensitive ? '(hidden)' : show(value)}`);
  return read;
}

/** The entries of an object; anything else is a problem. */
export function entriesOf(input: unknown, path: string, problems: Problems): [string, unknown][] {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return Object.entries(input);
  problems.push(`${path || 'settings'}: expected an object, got ${typeof input === 'string' ? 'a text' : show(input)}`);
  return [];
}

/** @param known at least one key */
export function unknownKey(path: string, known: readonly string[], key: string): string {
  const nearest = closest(key, [...known]);
  const hint = distance(key, nearest) <= NEAR ? `did you mean "${nearest}"?` : `known are ${known.join(', ')}`;
  return `${path}: unknown key; ${hint}`;
}

export function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}

/** A value as problems show it: short, and URLs without their passwords. */
export function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  const text =
    typeof value === 'string' ? JSON.stringify(value.replace(/\/\/[^/\s]*@/g, '//(hidden)@')) : safeJson(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function safeJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}
