import { types } from 'node:util';
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

/**
 * Whether every call of a function that is no generator gives a native promise and never throws. The engine knows. The
 * tag also says so of a proxy around an async function, and of a function that copied its prototype, as by `onetime`.
 */
export const isAsync = (fn: AnyFunction): boolean => types.isAsyncFunction(fn);
export const isStream = (fn: AnyFunction): boolean => tagOf(fn) === '[object AsyncGeneratorFunction]';
export const isGenerator = (fn: AnyFunction): boolean => tagOf(fn) === '[object GeneratorFunction]';

/**
 * Whether a compiler made this of an `async *` method: the output of TypeScript, esbuild, SWC and Babel calls a helper.
 */
export const isCompiledStream = (fn: AnyFunction): boolean =>
  /_(?:wrap)?_?async_?generator\b/i.test(Function.prototype.toString.call(fn));

/**
 * Whether a method certainly returns no promise, without calling it: by the return type that the legacy dialect
 * records, or because it returns only literals. Any other synchronous method is reported at its first call.
 */
export function isSynchronous(fn: AnyFunction, noted: unknown): boolean {
  if (tagOf(fn) === '[object AsyncFunction]' || isStream(fn) || noted === Promise) return false;
  if (isGenerator(fn) || SYNCHRONOUS_TYPES.has(noted)) return true;
  const source = Function.prototype.toString.call(fn);
  if (/=>|\bthrow\b|\[native code\]/.test(source)) return false;
  return (source.match(/\breturn\b/g)?.length ?? 0) === (source.match(LITERAL_RETURN)?.length ?? 0);
}

/** A `return` without a value, or with one literal. */
const LITERAL_RETURN = /\breturn\b\s*(\d[\w.]*|'[^'\\]*'|"[^"\\]*"|`[^`$\\]*`)?\s*[;}]/g;

function tagOf(fn: AnyFunction): string {
  return Object.prototype.toString.call(fn);
}
