import { read } from './reading.js';

/** The caller's signal among the arguments: one that is an `AbortSignal`, or the `signal` of an options object. */
export function findSignal(args: readonly unknown[]): AbortSignal | undefined {
  for (const arg of args) {
    if (arg instanceof AbortSignal) return arg;
    const signal = read(arg, 'signal');
    if (signal instanceof AbortSignal) return signal;
  }
  return undefined;
}
