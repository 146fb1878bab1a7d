import { read } from './reading.js';

/** The caller's signal among the arguments: one that is an `AbortSignal`, or the `signal` of an options object. */
export function findSignal(args: readonly unknown[]): AbortSignal | undefined {
  for (const arg of args) {
    // Texts and numbers are most of what methods are given, and this is asked for each call.
    if (typeof arg !== 'object' && typeof arg !== 'function') continue;
    if (isSignal(arg)) return arg;
    const own = read(arg, 'signal');
    if (isSignal(own)) return own;
  }
  return undefined;
}

function isSignal(value: unknown): value is AbortSignal {
  try {
    return value instanceof AbortSignal;
  } catch {
    // A proxy may throw even at that.
    return false;
  }
}
