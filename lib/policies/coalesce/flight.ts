import { Call } from '../../call/call.js';
import type { Next } from '../../call/policy.js';
import { Scope } from '../../call/scope.js';
import { noteShared } from '../../call/shared.js';
import { onAbort } from '../../call/signals.js';

/** One call that several callers share. It goes on until it has settled, or until the last caller has left. */
export class Flight {
  readonly promise: Promise<unknown>;
  /** Ends what runs. Undefined if the first caller cannot leave, so that nothing ever ends it. */
  readonly #scope: Scope | undefined;
  /** Called once it is over, or all callers have left. */
  readonly #onOver: (flight: Flight) => void;
  #callers = 1;
  #isShared = false;
  #isOver = false;

  constructor(first: Call, run: (call: Call) => Promise<unknown>, onOver: (flight: Flight) => void) {
    this.#onOver = onOver;
    const { site, self, args, admission } = first;
    const call = canLeave(first) ? new Call(site, self, args, admission) : first;
    if (call !== first) call.whole = first;
    // One of its own, so that it does not end with its first caller.
    if (call !== first) this.#scope = new Scope(call, null);
    this.promise = run(call);
    this.promise.then(
      () => this.#over(),
      (error: unknown) => {
        if (this.#isShared) noteShared(error, call);
        this.#over();
      },
    );
  }

  /** The outcome, for the caller that began it. */
  begun(call: Call): Promise<unknown> {
    return canLeave(call) ? this.#until(call, this.promise) : this.promise;
  }

  /** The outcome, for one more caller. A result that only one caller can read is the first one's: others call themselves. */
  join(call: Call, again: Next, isShared: (value: unknown) => boolean): Promise<unknown> {
    this.#callers += 1;
    this.#isShared = true;
    const outcome = this.promise.then((value) => (isShared(value) ? value : again(call.self, call.args, call)));
    return canLeave(call) ? this.#until(call, outcome) : outcome;
  }

  /** Settles like `outcome`, or as soon as the caller leaves. */
  #until(call: Call, outcome: Promise<unknown>): Promise<unknown> {
    const { signal, scope } = call;
    if (scope?.ended) {
      this.#leave(call);
      return Promise.reject(call.stop.error);
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        ignore();
        const { error } = call.stop;
        this.#leave(call);
        reject(error);
      };
      const listened = [signal && onAbort(signal, leave), scope?.onEnd(leave)];
      const ignore = (): void => {
        for (const end of listened) end?.();
      };
      outcome.then(
        (value) => {
          ignore();
          resolve(value);
        },
        (error: unknown) => {
          ignore();
          reject(error);
        },
      );
    });
  }

  #leave({ stop }: Call): void {
    this.#callers -= 1;
    if (this.#callers > 0 || this.#isOver) return;
    const { cause = 'aborted', error } = stop;
    const scope = this.#scope;
    // New callers begin anew.
    this.#over(false);
    scope?.end(cause, error);
  }

  #over(isSettled = true): void {
    if (isSettled) this.#scope?.release();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onOver(this);
  }
}

/** True if the caller may be gone before the call has settled. */
function canLeave({ signal, scope }: Call): boolean {
  return signal !== undefined || scope !== undefined;
}
