import type { Dispatcher } from 'undici';
import { currentSignal } from '../index.js';
import type { KeyOf } from './key.js';
import type { Exchange } from './protection.js';
import { hasIdempotencyKey, isSentOnce, onceMark } from './repeatable.js';
import { both } from './signals.js';
import { UndiciAttempt } from './undici-attempt.js';

type Options = Dispatcher.DispatchOptions;
type Handler = Dispatcher.DispatchHandler;
type RawHeaders = Exclude<Dispatcher.DispatchController['rawHeaders'], undefined>;

const SUPERSEDED = 'The attempt was discarded.';

/**
 * One request of undici. It is also the controller that the caller's handler gets: it passes the handler's calls to the
 * current attempt.
 */
export class UndiciExchange implements Exchange, Dispatcher.DispatchController {
  readonly options: Options;
  readonly caller: Handler;
  readonly key: string;
  readonly method: string;
  readonly once: unknown;
  readonly signal: AbortSignal | undefined;
  mayRepeat = false;
  readonly #abort = new AbortController();
  #latest: UndiciAttempt | undefined;
  #isDecided = false;

  constructor(options: Options, caller: Handler, keyOf: KeyOf) {
    this.options = options;
    this.caller = caller;
    this.method = options.method;
    this.once = onceMark(isSentOnce(options.body));
    this.signal = both(this.#abort.signal, currentSignal());
    const origin = options.origin ?? '';
    this.key = keyOf(origin, () => new Request(new URL(options.path, origin), { method: this.method }));
  }

  get hasIdempotencyKey(): boolean {
    return hasIdempotencyKey(this.options.headers);
  }

  /** Makes the next attempt. Discards the answer of the previous attempt. */
  next(begun: () => void, failed: (error: unknown) => void): UndiciAttempt {
    this.release();
    this.#latest = new UndiciAttempt(this.caller, this, begun, failed);
    return this.#latest;
  }

  /** Hands out the answer of the latest attempt. */
  letThrough(): void {
    this.#isDecided = true;
    this.#latest?.letThrough();
  }

  isLatest(attempt: UndiciAttempt): boolean {
    return attempt === this.#latest;
  }

  /** Ends the request with an error. */
  fail(error: Error): void {
    this.#isDecided = true;
    this.release();
    this.caller.onResponseError?.(this, error);
  }

  /** Discards the answer of the latest attempt, so that its socket is free. */
  release(): void {
    this.#latest?.discard(new Error(SUPERSEDED));
    this.#latest = undefined;
  }

  // The controller's interface, for the caller's handler.

  get aborted(): boolean {
    return this.#abort.signal.aborted;
  }

  get reason(): Error | null {
    return (this.#abort.signal.reason as Error | undefined) ?? null;
  }

  get paused(): boolean {
    return this.#latest?.paused ?? false;
  }

  get rawHeaders(): RawHeaders {
    return this.#latest?.controller?.rawHeaders ?? null;
  }

  get rawTrailers(): RawHeaders {
    return this.#latest?.controller?.rawTrailers ?? null;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.#abort.abort(reason);
    // After the answer is handed out, the policies are done: end undici's request directly.
    if (this.#isDecided) this.#latest?.controller?.abort(reason);
  }

  pause(): void {
    this.#latest?.pause();
  }

  resume(): void {
    this.#latest?.resume();
  }
}
