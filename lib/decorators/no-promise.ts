import { DecorationError } from '../core/errors.js';
import { read } from '../failures/reading.js';
import type { DecoratedTarget } from './target.js';
import { isCompiledStream } from './synchronous.js';
import type { AnyFunction } from './types.js';

/** The error for a method that returned no promise. Its message says what to write instead. */
export function noPromise(result: unknown, body: AnyFunction, { name, own }: DecoratedTarget): DecorationError {
  const has = (method: string): boolean => typeof read(result, method) === 'function';
  if (has('subscribe') && has('pipe'))
    return expectedPromise(name, 'an Observable', `async ${own}(…) { return firstValueFrom(…); }`);
  if (!has('next')) return expectedPromise(name, typeof result, `async ${own}(…)`);
  if (!isCompiledStream(body)) return expectedPromise(name, 'a stream', `async * ${own}(…)`);
  const target = 'an async * method that is compiled for a target without them';
  return expectedPromise(name, target, '"target": "ES2018" or later in tsconfig.json');
}

function expectedPromise(name: string, got: string, instead: string): DecorationError {
  return new DecorationError([`${name}: expected a promise, got ${got}. Write: ${instead}`]);
}
