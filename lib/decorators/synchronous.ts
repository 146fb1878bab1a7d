import type { AnyFunction } from './types.js';

const SYNCHRONOUS_TYPES: ReadonlySet<unknown> = new Set([
  String,
  Number,
  Boolean,
  Symbol,
  BigInt,
  Array,
  Map,
  Set,
  Date,
]);

export const isAsync = (fn: AnyFunction): boolean => tagOf(fn) === '[object AsyncFunction]';
export const isStream = (fn: AnyFunction): boolean => tagOf(fn) === '[object AsyncGeneratorFunction]';
export const isGenerator = (fn: AnyFunction): boolean => tagOf(fn) === '[object GeneratorFunction]';

/** Whether this is what a compiler makes of an `async *` method: TypeScript, esbuild, SWC and Babel call such a helper. */
export const isCompiledStream = (fn: AnyFunction): boolean =>
  /_(?:wrap)?_?async_?generator\b/i.test(Function.prototype.toString.call(fn));

/**
 * Whether a method certainly returns no promise, as far as that can be told without calling it: by the type that the
 * legacy dialect notes, or because all it returns are literals. Any other synchronous method is reported at its first call.
 */
export function isSynchronous(fn: AnyFunction, noted: unknown): boolean {
  if (isAsync(fn) || isStream(fn) || noted === Promise) return false;
  if (isGenerator(fn) || SYNCHRONOUS_TYPES.has(noted)) return true;
  const source = Function.prototype.toString.call(fn);
  if (/=>|\bthrow\b|\[native code\]/.test(source)) return false;
  return (source.match(/\breturn\b/g)?.length ?? 0) === (source.match(LITERAL_RETURN)?.length ?? 0);
}

/** A `return` of nothing, or of one literal and nothing else. */
const LITERAL_RETURN = /\breturn\b\s*(\d[\w.]*|'[^'\\]*'|"[^"\\]*"|`[^`$\\]*`)?\s*[;}]/g;

function tagOf(fn: AnyFunction): string {
  return Object.prototype.toString.call(fn);
}
