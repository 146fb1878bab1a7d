import { AsyncLocalStorage } from 'node:async_hooks';
import { shared } from '../core/shared.js';
import { onAbort, reasonOf } from './signals.js';

/**
 * Why a call should stop, in order of precedence: the caller aborted it, a time limit around it has ended, the circuit
 * rejects calls now, or another hedged attempt has won.
 */
export type StopCause = 'aborted' | 'deadline' | 'circuit-open' | 'lost';

/** How a scope ended before the code that runs in it. */
export interface Ending {
  readonly cause: StopCause;
  /** The error that the call rejects with. */
  readonly error: unknown;
}

/** The call that runs in a scope. */
export interface ScopedCall {
  /** Its innermost scope. */
  scope: Scope | undefined;
  /** The caller's signal. */
  readonly signal?: AbortSignal | undefined;
  /** The number of its running attempt, from 1, and whether that is a hedge. */
  readonly attempt: number;
  readonly isHedge: boolean;
}

/** What the async context holds. It drops the scope when that is over, so that the scope can be collected. */
interface Holder {
  scope: Scope | undefined;
}

const current = shared('call.scope', () => new AsyncLocalStorage<Holder>());

/**
 * The signal of the running attempt, to pass to a client. It aborts when the innermost time limit ends, when another
 * attempt wins, or, with the caller's reason, when the caller's signal aborts. Undefined if no method under
 * `@TimeLimited()` or `@Hedged()` is running, and after the call or attempt.
 */
export function currentSignal(): AbortSignal | undefined {
  return current.getStore()?.scope?.signal;
}

/** The innermost running scope, if there is one. */
export function currentScope(): Scope | undefined {
  return current.getStore()?.scope;
}

/**
 * Something around a method that may end before the method: a time limit, one of several attempts, or a stream's
 * reader.
 */
export class Scope {
  readonly parent: Scope | undefined;
  #call: ScopedCall | undefined;
  #ended: Ending | undefined;
  #holder: Holder | undefined;
  #rejectRun: ((reason: unknown) => void) | undefined;
  #controller: AbortController | undefined;
  #listeners: Set<() => void> | undefined;
  #leaveParent: (() => void) | undefined;
  #leaveSignal: (() => void) | undefined;
  #isReleased = false;

  /** Sets itself as the innermost scope of the call. */
  constructor(call: ScopedCall, signal: AbortSignal | null | undefined = call.signal) {
    const { scope: parent } = call;
    this.#call = call;
    this.parent = parent;
    call.scope = this;
    if (parent) {
      if (parent.ended) this.#ended = parent.ended;
      else this.#leaveParent = parent.onEnd(() => this.end((parent.ended as Ending).cause, parent.ended?.error));
    }
    if (signal && !this.#ended) {
      if (signal.aborted) this.#ended = { cause: 'aborted', error: reasonOf(signal) };
      else this.#leaveSignal = onAbort(signal, () => this.end('aborted', reasonOf(signal)));
    }
  }

  /** The call that runs in it; undefined when the scope is over. */
  get owner(): ScopedCall | undefined {
    return this.#call;
  }

  /** How it ended; undefined while it is active. */
  get ended(): Ending | undefined {
    return this.#ended;
  }

  /** When it ends by itself, in milliseconds since the epoch; Infinity without a limit. */
  get deadline(): number {
    return this.parent ? this.parent.deadline : Infinity;
  }

  /** Created at the first access, so that a method that uses no signal pays nothing. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#ended && !this.#controller.signal.aborted) this.#controller.abort(this.#ended.error);
    return this.#controller.signal;
  }

  /** True while something runs in it that would reject when the scope ends. */
  get isRunning(): boolean {
    return this.#rejectRun !== undefined;
  }

  /** The ending of this scope, or of one around it, with this cause; undefined if none ended so. */
  ending(cause: StopCause): Ending | undefined {
    return this.#ended?.cause === cause ? this.#ended : this.parent?.ending(cause);
  }

  hasEnded(cause: StopCause): boolean {
    return this.ending(cause) !== undefined;
  }

  /** Ends the limits whose deadline has passed by the clock. */
  expire(): void {
    this.parent?.expire();
  }

  /** Calls `listener` if the scope ends before the call. Returns a function that stops listening. */
  onEnd(listener: () => void): () => void {
    const listeners = (this.#listeners ??= new Set());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /**
   * Runs the method with the scope's signal as the current one. Rejects as soon as the scope ends; the method's later
   * outcome is ignored. Runs nothing if the scope has already ended. Only one run at a time.
   */
  run<T>(method: () => Promise<T>): Promise<T> {
    return this.cutShort(method, true);
  }

  /** Like `run`, for a part of the method's work, such as one chunk of a stream. */
  cutShort<T>(part: () => Promise<T>, isWhole = false): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended.error);
    return new Promise((resolve, reject) => {
      this.#rejectRun = reject;
      this.enter(part).then(
        (value) => {
          this.#rejectRun = undefined;
          if (isWhole) this.settled(value, false);
          resolve(value);
        },
        (error: unknown) => {
          this.#rejectRun = undefined;
          if (isWhole) this.settled(error, true);
          reject(error);
        },
      );
    });
  }

  /**
   * Runs with the scope's signal as the current one. This slows every promise inside, so only scopes that may end early
   * use it.
   */
  protected enter<T>(method: () => Promise<T>): Promise<T> {
    try {
      return current.run((this.#holder ??= { scope: this }), method);
    } catch (error) {
      // An async method throws here only if there is no stack left.
      return Promise.reject(error);
    }
  }

  /** Called when the method has settled with a value or an error, even if the scope has ended before. */
  protected settled(_outcome: unknown, _isFailure: boolean): void {}

  end(cause: StopCause, error: unknown): void {
    if (this.#ended) return;
    this.#ended = { cause, error };
    // Before the abort, because a method that listens to the signal may then reject with its own error.
    this.#rejectRun?.(error);
    const listeners = this.#listeners;
    this.#detach();
    for (const listener of listeners ?? []) listener();
    this.#controller?.abort(error);
  }

  /** Called when the code in it has finished. Removes all listeners. */
  release(): void {
    this.#detach();
    this.leave();
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** Makes the outer scope the call's innermost one again. */
  protected leave(): void {
    if (this.#call?.scope === this) this.#call.scope = this.parent;
    this.#call = undefined;
  }

  /** Stops listening, and is no longer the current scope. */
  #detach(): void {
    this.#isReleased = true;
    this.#leaveParent?.();
    this.#leaveSignal?.();
    if (this.#holder) this.#holder.scope = undefined;
    this.#listeners = undefined;
  }
}
