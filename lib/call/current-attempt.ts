import type { Call } from './call.js';
import { currentScope } from './scope.js';

/** The attempt of a call that is running. */
export interface CurrentAttempt {
  /** From 1: how many times the method was started for the call. A hedge has the number of the attempt beside it. */
  readonly attempt: number;
  /** True for an attempt that `@Hedged()` started beside a slow one. */
  readonly isHedge: boolean;
}

/** The attempt of a call that has no `Call`, because nothing has failed so far. */
const FIRST: CurrentAttempt = Object.freeze({ attempt: 1, isHedge: false });

let syncAttempt: CurrentAttempt | undefined;

/**
 * The running attempt; undefined if it is not known. It is known in the method before its first `await`. After that, it
 * is known only under `@TimeLimited()` or `@Hedged()`, because following every call through async code is expensive.
 */
export function currentAttempt(): CurrentAttempt | undefined {
  const running = syncAttempt ?? currentScope()?.owner;
  return running && { attempt: running.attempt, isHedge: running.isHedge };
}

/** Runs the method. Until its first `await`, {@link currentAttempt} returns the attempt of `call`. */
export function started<A, B, T>(
  call: Call | undefined,
  method: (a: A, b: B, call: Call | undefined) => T,
  a: A,
  b: B,
): T {
  const outerAttempt = syncAttempt;
  syncAttempt = call ?? FIRST;
  try {
    return method(a, b, call);
  } finally {
    syncAttempt = outerAttempt;
  }
}
