import type { Timer } from '../core/clock.js';
import type { Call } from './call.js';
import { onAbort } from './signals.js';

/**
 * Why a call should stop, in order of precedence: the caller aborted it, the time limit around it is over, the circuit
 * rejects calls by now, another hedged attempt has won.
 */
export type StopCause = 'aborted' | 'deadline' | 'circuit-open' | 'lost';

/** Answers for one call whether and why it should stop. Whoever waits or begins an attempt asks before and after. */
export class Stop {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Undefined while the call may go on. A deadline counts by the clock, also if its timer is late. */
  get cause(): StopCause | undefined {
    const { isAborted, scope, admission } = this.#call;
    if (isAborted) return 'aborted';
    if (scope && (scope.hasEnded('deadline') || this.leftMs <= 0)) return 'deadline';
    if (admission.isRevoked) return 'circuit-open';
    return scope?.hasEnded('lost') ? 'lost' : undefined;
  }

  /** What the call fails with for its cause. A limit whose timer is late ends now. */
  get error(): unknown {
    const { signal, scope, admission, site } = this.#call;
    const { cause } = this;
    if (cause === 'aborted') return signal?.aborted ? signal.reason : scope?.ending('aborted')?.error;
    if (cause === 'circuit-open') return admission.circuit?.rejection(() => site.clock.now(), site.method);
    if (cause === 'deadline') scope?.expire();
    return cause && scope?.ending(cause)?.error;
  }

  /** Milliseconds until the deadline of the enclosing limits; Infinity without one. */
  get leftMs(): number {
    const { scope, site } = this.#call;
    const deadline = scope ? scope.deadline : Number.POSITIVE_INFINITY;
    return deadline === Number.POSITIVE_INFINITY ? deadline : deadline - site.clock.now();
  }

  /** Calls `listener` when the call should stop; returns how to stop listening. */
  onStop(listener: () => void): () => void {
    const { signal, scope, admission } = this.#call;
    let isOver = false;
    // A signal that aborts ends scopes as well.
    const once = (): void => {
      if (!isOver) listener();
      isOver = true;
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
   * Resolves after `ms` milliseconds, or with the cause as soon as the call should stop; leaves nothing behind. A circuit
   * that has rejected calls meanwhile and is closed again is a cause too.
   */
  wait(ms: number): Promise<StopCause | undefined> {
    const { clock } = this.#call.site;
    // Whoever listens to the events of a wait may have stopped the call.
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
      // The timer comes last: a clock of a test may call back at once.
      timer = clock.setTimer(() => finish(undefined), ms);
    });
  }
}
