import type { Clock, Timer } from '../core/clock.js';
import type { Admission } from './admission.js';
import { callListener } from './listener.js';
import type { Scope, StopCause } from './scope.js';
import { onAbort, reasonOf } from './signals.js';

/** What decides whether a call should stop. */
export interface Stoppable {
  readonly isAborted: boolean;
  /** The caller's signal. */
  readonly signal?: AbortSignal | undefined;
  /** The innermost time limit or hedged attempt around the running code. */
  readonly scope: Scope | undefined;
  readonly admission: Admission;
  readonly context: { readonly clock: Clock; readonly method: string };
}

/** Tells whether and why one call should stop. Policies ask before and after each wait, and before each attempt. */
export class Stop {
  readonly #call: Stoppable;

  constructor(call: Stoppable) {
    this.#call = call;
  }

  /** Undefined while the call may continue. A deadline counts by the clock, even if its timer is late. */
  get cause(): StopCause | undefined {
    const { isAborted, scope, admission } = this.#call;
    if (isAborted) return 'aborted';
    if (scope && (scope.hasEnded('deadline') || this.leftMs <= 0)) return 'deadline';
    if (admission.isRevoked) return 'circuit-open';
    return scope?.hasEnded('lost') ? 'lost' : undefined;
  }

  /** The error of the call for its cause. Ends a limit whose timer is late. */
  get error(): unknown {
    const { signal, scope, admission, context } = this.#call;
    const { cause } = this;
    if (signal?.aborted) return reasonOf(signal);
    if (cause === 'circuit-open') return admission.circuit?.rejection(() => context.clock.now(), context.method);
    if (cause === 'deadline') scope?.expire();
    return cause && scope?.ending(cause)?.error;
  }

  /** Milliseconds until the deadline of the enclosing limits; Infinity without one. */
  get leftMs(): number {
    const { scope, context } = this.#call;
    const deadline = scope ? scope.deadline : Infinity;
    return deadline === Infinity ? deadline : deadline - context.clock.now();
  }

  /**
   * Calls `listener` when the call should stop. What it throws is reported once, as a process warning, and ignored.
   * Returns a function that stops listening.
   */
  onStop(listener: () => void): () => void {
    const { signal, scope, admission, context } = this.#call;
    let isOver = false;
    // An aborting signal also ends scopes, so the listener could be called twice.
    const once = (): void => {
      if (isOver) return;
      isOver = true;
      callListener(`${context.method}: call.stop.onStop`, listener);
    };
    const leave = [
      signal && onAbort(signal, once),
      scope?.onEnd(once),
      admission.onChange(() => admission.isRevoked && once()),
    ];
    return () => {
      isOver = true;
      for (const end of leave) end?.();
    };
  }

  /**
   * Resolves with undefined after `ms` milliseconds, or with the cause as soon as the call should stop. Removes its
   * timer and listeners. Also stops if the circuit opened in the meantime, even if it has closed again.
   */
  wait(ms: number): Promise<StopCause | undefined> {
    const { clock } = this.#call.context;
    // A listener of the wait's events may have stopped the call.
    const { cause } = this;
    if (cause) return Promise.resolve(cause);
    return new Promise((resolve) => {
      let timer: Timer;
      const finish = (cause: StopCause | undefined): void => {
        clock.clearTimer(timer);
        leave();
        resolve(cause);
      };
      const leave = this.onStop(() => finish(this.cause));
      // The timer is started last: a test's clock may call back synchronously.
      timer = clock.setTimer(() => finish(undefined), ms);
    });
  }
}
