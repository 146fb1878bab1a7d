// Finds arguments that can be sent only once, such as streams: reading them consumes them.
import { nodeModule } from '../core/without-node.js';
import { isObject, read } from './reading.js';

/**
 * `used`: it was read, is being read, or may have been read, so a second attempt could send less than the first.
 * `fresh`: nothing was read yet, so one attempt can send it.
 */
export type Once = 'used' | 'fresh';

/** The largest number of elements or properties that are checked. */
const MAX_VALUES = 256;

/**
 * Whether one of the arguments can be sent only once, and whether it is used. Checks the arguments, the elements of
 * arrays and the properties of objects, one level deep. Reads nothing from streams and runs no getter of an argument's
 * properties. An iterator does not show whether it was started, so it counts as used. Undefined if every argument can
 * be sent again.
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
      // A proxy may throw. An argument that cannot be checked counts as one that can be sent again.
    }
  }
  return found;
}

/** True if one of the arguments is used: a second attempt would send less than the first, or fail. */
export const isUsed = (args: readonly unknown[]): boolean => onceIn(args) === 'used';

/** True if one of the arguments can be sent only once, used or not. */
export const canBeSentOnce = (args: readonly unknown[]): boolean => onceIn(args) !== undefined;

function onceWithin(arg: object): Once | undefined {
  // The elements of a byte array are numbers; functions are not data.
  if (typeof arg === 'function' || ArrayBuffer.isView(arg)) return undefined;
  let found: Once | undefined;
  let remaining = MAX_VALUES;
  for (const value of Array.isArray(arg) ? arg : valuesOf(arg)) {
    if (remaining-- === 0) break;
    const once = isObject(value) ? onceOf(value) : undefined;
    if (once === 'used') return once;
    found ??= once;
  }
  return found;
}

/** A getter could start something, so only plain values are checked. */
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

/** A `Request` or `Response` with a body, of any implementation. */
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
  // An old-style stream, such as that of the `form-data` package, does not show whether it was read.
  return read(value, 'readable') === true || Array.isArray(read(value, '_streams')) ? 'used' : undefined;
}

function wasDisturbed(stream: object): boolean {
  try {
    // The type requires a stream, but the function accepts any object.
    return nodeModule('node:stream').Readable.isDisturbed(stream as NodeJS.ReadableStream);
  } catch {
    return false;
  }
}

/** A generator, or any iterator that is its own iterable: a second loop continues where the first ended. */
function ofIterator(value: object): Once | undefined {
  if (typeof read(value, 'next') !== 'function') return undefined;
  const { [Symbol.iterator]: iterator, [Symbol.asyncIterator]: asyncIterator } = value as Partial<
    Record<symbol, unknown>
  >;
  return typeof iterator === 'function' || typeof asyncIterator === 'function' ? 'used' : undefined;
}
