import type { Call } from '../../call/call.js';
import type { Bulkhead } from './bulkhead.js';

/** What the method of a call does, also when a time limit or the caller has ended the call. */
export class Work {
  /** What is still running; undefined once it has settled. */
  #running: Promise<unknown> | undefined;

  constructor(call: Call) {
    call.onMethod = (running) => {
      this.#running = running;
      // One callback for both ends, so that it is known before policies further out see the outcome.
      const settle = (): void => {
        if (this.#running === running) this.#running = undefined;
      };
      running.then(settle, settle);
    };
  }

  /** Brings the permit back once the method has really ended. */
  leave(bulkhead: Bulkhead): void {
    const running = this.#running;
    if (!running) return bulkhead.leave();
    bulkhead.abandon();
    const leave = (): void => bulkhead.leaveAbandoned();
    running.then(leave, leave);
  }
}
