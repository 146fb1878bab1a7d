// What an unknown failure is made of, for the line of a log: names of a closed list, and never a value.
import { ERROR_FIELDS } from '../core/error-fields.js';
import { isObject, looksLikeError, read, readText } from './reading.js';

/** Every error has these, so they show nothing. */
const FIELDS = ERROR_FIELDS.filter((field) => field !== 'name' && field !== 'message');

/**
 * Which of the known fields an error has, such as `Error, code, cause, cause.status`: the platform's type of the value
 * first. For a failure of kind `unknown`, so that a reader sees which rule nearly fits.
 */
export function structureOf(error: unknown): readonly string[] {
  if (!isObject(error)) return [error === null ? 'null' : typeof error];
  const cause = read(error, 'cause');
  const ofCause = isObject(cause) ? [typeOf(cause), ...fieldsOf(cause)].map((field) => `cause.${field}`) : [];
  return [typeOf(error), ...fieldsOf(error), ...ofCause];
}

const PLATFORM: ReadonlySet<string | undefined> = new Set([
  ...['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'EvalError', 'URIError', 'AggregateError'],
  'DOMException',
]);

function typeOf(value: object): string {
  if (!looksLikeError(value)) return 'object';
  const name = readText(value, 'name');
  return name !== undefined && PLATFORM.has(name) ? name : 'Error';
}

function fieldsOf(value: object): string[] {
  return FIELDS.filter((field) => read(value, field) !== undefined);
}
