import { AsyncLocalStorage } from 'node:async_hooks';
import { shared } from '../core/shared.js';
import type { Call } from './call.js';
import { onAbort } from './signals.js';
import type { StopCause } from './stop.js';

/** How a scope ended before what runs in it. */
export interface Ending {
  readonly cause: StopCause;
  /** What the call fails with. */
  readonly error: unknown;
}

/** What async context keeps of a scope: it lets go when the scope is over, so that nothing outlives the call. */
interface Holder {
  scope: Scope | undefined;
}

const current = shared('call.scope', () => new AsyncLocalStorage<Holder>());

/**
 * The signal of the attempt that is running, to hand to the client's call: it aborts when the innermost time limit
 * ends, when another attempt has won, or with the caller's own reason when the caller's signal does. Undefined if no
 * method under `@TimeLimited()` or `@Hedged()` is running, and when the call or attempt is over.
 */
export function currentSignal(): AbortSignal | undefined {
  return current.getStore()?.scope?.signal;
}

/** The innermost scope that is running, if there is one. */
export function currentScope(): Scope | undefined {
  return current.getStore()?.scope;
}

/** What a method runs in that may end before it: a time limit, one of several attempts, the reader of a stream. */
export class Scope {
  readonly parent: Scope | undefined;
  #call: Call | undefined;
  #ended: Ending | undefined;
  #holder: Holder | undefined;
  #cut: ((reason: unknown) => void) | undefined;
  #controller: AbortController | undefined;
  #listeners: Set<() => void> | undefined;
  #leaveParent: (() => void) | undefined;
  #leaveSignal: (() => void) | undefined;
  #isReleased = false;

  /** Becomes the innermost scope of the call. */
  constructor(call: Call, signal: AbortSignal | null | undefined = call.signal) {
    const { scope: parent } = call;
    this.#call = call;
    this.parent = parent;
    call.scope = this;
    if (parent) {
      if (parent.ended) this.#ended = parent.ended;
      else this.#leaveParent = parent.onEnd(() => this.end((parent.ended as Ending).cause, parent.ended?.error));
    }
    if (signal && !this.#ended) {
      if (signal.aborted) this.#ended = { cause: 'aborted', error: signal.reason };
      else this.#leaveSignal = onAbort(signal, () => this.end('aborted', signal.reason));
    }
  }

  /** The call that runs in it, until it is over. */
  get owner(): Call | undefined {
    return this.#call;
  }

  /** Undefined while it goes on. */
  get ended(): Ending | undefined {
    return this.#ended;
  }

  /** When it ends by itself, in milliseconds since the epoch. */
  get deadline(): number {
    return this.parent ? this.parent.deadline : Number.POSITIVE_INFINITY;
  }

  /** Made when it is asked for: a method that hands no signal on pays for none. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#ended && !this.#controller.signal.aborted) this.#controller.abort(this.#ended.error);
    return this.#controller.signal;
  }

  /** True while something runs in it that its end would cut short. */
  get isRunning(): boolean {
    return this.#cut !== undefined;
  }

  /** How this scope, or one around it, ended for this cause. */
  ending(cause: StopCause): Ending | undefined {
    return this.#ended?.cause === cause ? this.#ended : this.parent?.ending(cause);
  }

  hasEnded(cause: StopCause): boolean {
    return this.ending(cause) !== undefined;
  }

  /** Ends now the limits whose deadline is over by the clock. */
  expire(): void {
    this.parent?.expire();
  }

  /** Calls `listener` when it ends before the call does; returns how to stop listening. */
  onEnd(listener: () => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  /**
   * Runs the method, with the scope's signal as the current one, and rejects as soon as the scope ends: the method's later
   * outcome is ignored. Runs nothing if the scope has ended already. For one run at a time.
   */
  run<T>(method: () => Promise<T>): Promise<T> {
    return this.cutShort(method, (value, error) => this.settled(value, error));
  }

  /** The same for a part of what runs in it, such as a chunk of a stream. */
  cutShort<T>(part: () => Promise<T>, settled?: (value?: T, error?: unknown) => void): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended.error);
    return new Promise((resolve, reject) => {
      this.#cut = reject;
      this.enter(part).then(
        (value) => {
          this.#cut = undefined;
          settled?.(value);
          resolve(value);
        },
        (error: unknown) => {
          this.#cut = undefined;
          settled?.(undefined, error);
          reject(error);
        },
      );
    });
  }

  /** Runs with the scope's signal as the current one. It slows every promise in there, so only what can end early does. */
  protected enter<T>(method: () => T): T {
    return current.run((this.#holder ??= { scope: this }), method);
  }

  /** The method has settled, maybe after the scope has ended. */
  protected settled(_value?: unknown, _error?: unknown): void {}

  end(cause: StopCause, error: unknown): void {
    if (this.#ended) return;
    this.#ended = { cause, error };
    // First of all, for a method that heeds the signal may fail with an error of its own.
    this.#cut?.(error);
    const listeners = this.#listeners;
    this.#detach();
    for (const listener of listeners ?? []) listener();
    this.#controller?.abort(error);
  }

  /** What runs in it is over: nothing is left behind. */
  release(): void {
    this.#detach();
    this.leave();
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** The scope around it is the call's innermost again. */
  protected leave(): void {
    if (this.#call?.scope === this) this.#call.scope = this.parent;
    this.#call = undefined;
  }

  /** Listens to nothing any more, and is nobody's current scope. */
  #detach(): void {
    this.#isReleased = true;
    this.#leaveParent?.();
    this.#leaveSignal?.();
    if (this.#holder) this.#holder.scope = undefined;
    this.#listeners = undefined;
  }
}
