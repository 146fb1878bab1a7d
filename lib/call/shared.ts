import type { Call } from './call.js';

/** The errors of shared calls, with the call that several callers shared. */
const failures = new WeakMap<object, Call>();

/** Notes that every caller of `call` gets this error. */
export function noteShared(error: unknown, call: Call): void {
  if (typeof error === 'object' && error !== null) failures.set(error, call);
}

/** The shared call that failed with this error; undefined if there is none. */
export function sharedCallOf(error: unknown): Call | undefined {
  return typeof error === 'object' && error !== null ? failures.get(error) : undefined;
}
