import { read } from './reading.js';

/** The caller's signal among the arguments: one that is an `AbortSignal`, or the `signal` of an options object. */
export function findSignal(args: readonly unknown[]): AbortSignal | undefined {
  for (const arg of args) {
    for (const candidate of [arg, read(arg, 'signal')]) if (isSignal(candidate)) return candidate;
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
