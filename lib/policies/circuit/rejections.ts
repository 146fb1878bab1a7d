import { CircuitOpenError } from '../../core/errors.js';
import type { CircuitStateName } from '../../core/events.js';

/** Creates the errors of one epoch of a circuit. */
export class Rejections {
  readonly #make: (method?: string) => CircuitOpenError;
  #given: (new (method: string) => object) | undefined;

  constructor(circuit: string, state: CircuitStateName, waitMs: () => number) {
    this.#make = (method) =>
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
  }

  /** An error to throw. */
  thrown(method?: string): CircuitOpenError {
    return this.#make(method);
  }

  /**
   * An error for a fallback; most fallbacks ignore it. A separate object that is `instanceof CircuitOpenError`, with
   * all other properties on its prototype. A native error costs thirty times as much.
   */
  given(method: string): CircuitOpenError {
    return new (this.#given ??= classWith(this.#make()))(method) as CircuitOpenError;
  }
}

function classWith(prototype: object): new (method: string) => object {
  class Given {
    constructor(readonly method: string) {}
  }
  Object.setPrototypeOf(Given.prototype, prototype);
  return Given;
}

/**
 * Creates the error without a stack. A stack costs ten times as much, and its frames keep their `this` objects in
 * memory.
 */
function withoutStack<T>(make: () => T): T {
  // `node --frozen-intrinsics` does not allow changing the limit.
  if (Object.isFrozen(Error)) return make();
  const limit = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = 0;
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
