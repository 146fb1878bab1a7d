// Arguments that can be sent once: what they hold is gone when it has been read.
import { Readable } from 'node:stream';
import { isObject, read } from './reading.js';

/**
 * `used`: it was read, is being read, or may have been, so that a second attempt could send less than the first.
 * `fresh`: nothing was read of it yet, and one attempt may send it.
 */
export type Once = 'used' | 'fresh';

/** Longest list, and most properties of an object, that are looked through. */
const MAX_VALUES = 256;

/**
 * Whether one of the arguments can be sent once only, and whether it is used: the arguments themselves, the values of an
 * array and the properties of an object, one level deep. Starts nothing and runs no getter of an argument's own. An
 * iterator does not show whether it was started, so that it counts as used once an attempt has run.
 */
export function onceIn(args: readonly unknown[]): Once | undefined {
  let found: Once | undefined;
  for (const arg of args) {
    if (!isObject(arg)) continue;
    try {
      const once = onceOf(arg) ?? onceWithin(arg);
      if (once === 'used') return once;
      found ??= once;
    } catch {
      // A proxy may throw at anything. What cannot be looked at is sent again, as before.
    }
  }
  return found;
}

/** Whether one of the arguments is used up already: a second attempt would send less than the first, or fail by itself. */
export const isUsed = (args: readonly unknown[]): boolean => onceIn(args) === 'used';

/** Whether one of the arguments can be sent once only, read or not. */
export const canBeSentOnce = (args: readonly unknown[]): boolean => onceIn(args) !== undefined;

function onceWithin(arg: object): Once | undefined {
  // Of bytes and texts every element is a number; functions are not data.
  if (typeof arg === 'function' || ArrayBuffer.isView(arg)) return undefined;
  let found: Once | undefined;
  let left = MAX_VALUES;
  for (const value of Array.isArray(arg) ? arg : valuesOf(arg)) {
    if (left-- === 0) break;
    const once = isObject(value) ? onceOf(value) : undefined;
    if (once === 'used') return once;
    found ??= once;
  }
  return found;
}

/** A getter could start something, so that only plain values are looked at. */
function* valuesOf(object: object): Generator<unknown> {
  for (const key of Object.keys(object)) yield Object.getOwnPropertyDescriptor(object, key)?.value as unknown;
}

function onceOf(value: object): Once | undefined {
  if (typeof value === 'function' || ArrayBuffer.isView(value)) return undefined;
  return ofWebStream(value) ?? ofMessage(value) ?? ofNodeStream(value) ?? ofIterator(value);
}

function ofWebStream(value: object): Once | undefined {
  if (typeof read(value, 'getReader') !== 'function') return undefined;
  return read(value, 'locked') === true || wasDisturbed(value) ? 'used' : 'fresh';
}

/** A `Request` or a `Response`, of any implementation, that has a body. */
function ofMessage(value: object): Once | undefined {
  const bodyUsed = read(value, 'bodyUsed');
  if (typeof bodyUsed !== 'boolean' || typeof read(value, 'arrayBuffer') !== 'function') return undefined;
  if (bodyUsed) return 'used';
  const body = read(value, 'body');
  if (!isObject(body)) return undefined;
  return read(body, 'locked') === true || wasDisturbed(body) ? 'used' : 'fresh';
}

function ofNodeStream(value: object): Once | undefined {
  if (typeof read(value, 'pipe') !== 'function' || typeof read(value, 'on') !== 'function') return undefined;
  if (isObject(read(value, '_readableState'))) {
    const isGone = read(value, 'destroyed') === true || read(value, 'readableFlowing') === true;
    return isGone || wasDisturbed(value) ? 'used' : 'fresh';
  }
  // A stream of the old kind, as of the `form-data` package, does not show whether it was read.
  return read(value, 'readable') === true || Array.isArray(read(value, '_streams')) ? 'used' : undefined;
}

function wasDisturbed(stream: object): boolean {
  try {
    // Typed for streams, made for anything: it looks for marks.
    return Readable.isDisturbed(stream as NodeJS.ReadableStream);
  } catch {
    return false;
  }
}

/** A generator, or any iterator that is its own iterable: a second loop over it goes on where the first ended. */
function ofIterator(value: object): Once | undefined {
  if (typeof read(value, 'next') !== 'function') return undefined;
  const { [Symbol.iterator]: iterator, [Symbol.asyncIterator]: asyncIterator } = value as Partial<
    Record<symbol, unknown>
  >;
  return typeof iterator === 'function' || typeof asyncIterator === 'function' ? 'used' : undefined;
}
