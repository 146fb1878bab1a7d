import type { Call } from '../../call/call.js';
import type { Bulkhead } from './bulkhead.js';

/** The method's work, which may continue after a time limit or the caller has ended the call. */
export class Work {
  /** The running method; undefined once it has settled. */
  #running: Promise<unknown> | undefined;

  constructor(call: Call) {
    call.onMethod = (running) => {
      this.#running = running;
      // Attached first, so that it runs before outer policies see the outcome.
      const settle = (): void => {
        if (this.#running === running) this.#running = undefined;
      };
      running.then(settle, settle);
    };
  }

  /** Releases the permit when the method has really ended. */
  leave(bulkhead: Bulkhead): void {
    const running = this.#running;
    if (!running) return bulkhead.leave();
    bulkhead.abandon();
    const leave = (): void => bulkhead.leaveAbandoned();
    running.then(leave, leave);
  }
}
