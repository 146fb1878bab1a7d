import type { Call } from './call.js';

/** Errors that a call failed with which several callers shared. */
const failures = new WeakMap<object, Call>();

/** Notes that every caller of `call` gets this error. */
export function noteShared(error: unknown, call: Call): void {
  if (typeof error === 'object' && error !== null) failures.set(error, call);
}

/** The call that several callers shared, given the error that it failed with. */
export function sharedCallOf(error: unknown): Call | undefined {
  return typeof error === 'object' && error !== null ? failures.get(error) : undefined;
}
