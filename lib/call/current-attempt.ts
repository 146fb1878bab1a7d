import type { Call } from './call.js';
import { currentScope } from './scope.js';

/** Which attempt of a call is running. */
export interface CurrentAttempt {
  /** From 1: how many times the method has been started for the call. A hedge has the number of the one beside it. */
  readonly attempt: number;
  /** True for an attempt that `@Hedged()` started beside a slow one. */
  readonly isHedge: boolean;
}

/** Of a call that is healthy so far, and has no `Call`. */
const FIRST: CurrentAttempt = Object.freeze({ attempt: 1, isHedge: false });

let starting: CurrentAttempt | undefined;

/**
 * The attempt that is running. In the method itself, before its first `await`, it is always known; after that, only under
 * `@TimeLimited()` or `@Hedged()`, since following every call costs more than all else. Undefined if it is not known.
 */
export function currentAttempt(): CurrentAttempt | undefined {
  const running = starting ?? currentScope()?.owner;
  return running && { attempt: running.attempt, isHedge: running.isHedge };
}

/** Runs the part of a method before its first `await`. */
export function started<A, B, T>(call: Call | undefined, method: (a: A, b: B) => T, a: A, b: B): T {
  const before = starting;
  starting = call ?? FIRST;
  try {
    return method(a, b);
  } finally {
    starting = before;
  }
}
