import { Call } from '../../call/call.js';
import { discardUnread } from '../../call/opening.js';
import type { Next } from '../../call/policy.js';
import { Scope } from '../../call/scope.js';
import { onAbort } from '../../call/signals.js';
import type { InFlight, Joinable } from './in-flight.js';

/** Ends the shared call when the last caller has left. */
class Sharing extends Scope {
  readonly #call: Call;

  constructor(call: Call) {
    super(call, null);
    this.#call = call;
  }

  protected override settled(outcome: unknown): void {
    // The result came too late: nobody will read it.
    if (this.ended) discardUnread(outcome, this.#call.context);
  }
}

/** One call that several callers share. It runs until it has settled, or until the last caller has left. */
export class Flight implements Joinable {
  readonly promise: Promise<unknown>;
  /** Ends the shared call. Undefined if the first caller cannot leave: then nothing ends it early. */
  readonly #scope: Scope | undefined;
  readonly self: unknown;
  readonly #inFlight: InFlight<Flight>;
  readonly #call: Call;
  #callers = 1;
  /** The caller that gets the result if only one can read it; undefined once that caller has left. */
  #reader: Call | undefined;
  #isOver = false;

  /** Starts the call, and is in flight until the call has settled or all callers have left. */
  constructor(
    readonly key: string,
    inFlight: InFlight<Flight>,
    first: Call,
    next: Next,
  ) {
    this.#inFlight = inFlight;
    const { context, self, args, admission } = first;
    this.self = self;
    const call = canLeave(first) ? new Call(context, self, args, admission) : first;
    if (call !== first) call.whole = first;
    this.#call = call;
    this.#reader = first;
    first.shared = call;
    // A separate scope, so that the call does not end with its first caller.
    if (call !== first) this.#scope = new Sharing(call);
    this.promise = next(self, args, call);
    // Added after the start: otherwise a method that calls itself synchronously would wait for itself.
    inFlight.add(this);
    const finish = (): void => this.#finish();
    this.promise.then(finish, finish);
  }

  /** The outcome, for the first caller. */
  outcomeForFirst(call: Call): Promise<unknown> {
    return canLeave(call) ? this.#untilCallerLeaves(call, this.promise) : this.promise;
  }

  /**
   * The outcome, for one more caller. If only one caller can read the result, the first one that has not left gets it.
   * Each of the others calls the method with `again`.
   */
  join(call: Call, again: Next, isShared: (value: unknown) => boolean): Promise<unknown> {
    this.#callers += 1;
    call.shared = this.#call;
    const outcome = this.promise.then((value) => {
      if (isShared(value)) return value;
      if (call.stop.cause) throw call.stop.error;
      if (!this.#reader) {
        this.#reader = call;
        return value;
      }
      call.shared = undefined;
      return again(call.self, call.args, call);
    });
    return canLeave(call) ? this.#untilCallerLeaves(call, outcome) : outcome;
  }

  /** Settles like `outcome`, or rejects as soon as the caller leaves. */
  #untilCallerLeaves(call: Call, outcome: Promise<unknown>): Promise<unknown> {
    const { signal, scope } = call;
    // The method may have ended it synchronously.
    if (hasLeft(call)) {
      this.#leave(call);
      return Promise.reject(call.stop.error);
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        stopListening();
        const { error } = call.stop;
        this.#leave(call);
        reject(error);
      };
      const removers = [signal && onAbort(signal, leave), scope?.onEnd(leave)];
      const stopListening = (): void => {
        for (const remove of removers) remove?.();
      };
      outcome.then(
        (value) => {
          stopListening();
          resolve(value);
        },
        (error: unknown) => {
          stopListening();
          reject(error);
        },
      );
    });
  }

  #leave(call: Call): void {
    this.#callers -= 1;
    if (this.#reader === call) this.#reader = undefined;
    if (this.#callers > 0 || this.#isOver) {
      call.shared = undefined;
      return;
    }
    const { cause = 'aborted', error } = call.stop;
    const scope = this.#scope;
    // From now on, new callers begin a new call.
    this.#finish(false);
    scope?.end(cause, error);
  }

  #finish(isSettled = true): void {
    if (isSettled) this.#scope?.release();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#inFlight.remove(this);
  }
}

/** True if the caller may leave before the call has settled. */
function canLeave({ signal, scope }: Call): boolean {
  return signal !== undefined || scope !== undefined;
}

/** True if the caller no longer waits for a result. */
export function hasLeft({ signal, scope }: Call): boolean {
  return signal?.aborted === true || scope?.ended !== undefined;
}
