import { CircuitOpenError } from '../../core/errors.js';
import type { CircuitStateName } from '../../core/events.js';

/** Makes the errors of one epoch of a circuit. */
export interface Rejections {
  /** An error to throw. */
  thrown(method?: string): CircuitOpenError;
  /**
   * An error for a fallback, which most fallbacks do not look at: an object of its own that is `instanceof
   * CircuitOpenError`, with everything else on its prototype. A native error costs thirty times as much.
   */
  given(method: string): CircuitOpenError;
}

export function rejectionsOf(circuit: string, state: CircuitStateName, waitMs: () => number): Rejections {
  const make = (method?: string): CircuitOpenError =>
    withoutStack(
      () =>
        new CircuitOpenError({
          circuit,
          method,
          state,
          get retryAfterMs() {
            return waitMs();
          },
        }),
    );
  let Given: (new (method: string) => object) | undefined;
  return {
    thrown: make,
    given: (method) => new (Given ??= classWith(make()))(method) as CircuitOpenError,
  };
}

function classWith(prototype: object): new (method: string) => object {
  class Given {
    constructor(readonly method: string) {}
  }
  Object.setPrototypeOf(Given.prototype, prototype);
  return Given;
}

/** A stack would cost ten times as much, and its frames would hold what they were called on. */
function withoutStack<T>(make: () => T): T {
  // `node --frozen-intrinsics` does not allow it.
  if (Object.isFrozen(Error)) return make();
  const limit = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = 0;
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
