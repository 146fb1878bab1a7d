import type { Dispatcher } from 'undici';

type Controller = Dispatcher.DispatchController;
type Handler = Dispatcher.DispatchHandler;
type IncomingHeaders = Parameters<NonNullable<Handler['onResponseStart']>>[2];
type Deliver = (to: Handler, as: Controller) => void;

const FIRST_ERROR_STATUS = 400;

/** Represents an error status, for the policies only. Callers never get it. */
export class HeldStatus extends Error {
  override readonly name = 'HttpStatusError';
  declare readonly headers: IncomingHeaders;
  /** The attempt that holds the answer back. */
  declare readonly attempt: UndiciAttempt;

  constructor(
    readonly status: number,
    headers: IncomingHeaders,
    attempt: UndiciAttempt,
  ) {
    super(`The upstream answered with the status ${status}.`);
    Object.defineProperty(this, 'headers', { value: headers });
    Object.defineProperty(this, 'attempt', { value: attempt });
  }
}

/**
 * One attempt as undici's handler. It holds its answer back until it is known whether it is final. For an error status
 * it also pauses the connection, so that no data piles up.
 */
export class UndiciAttempt implements Handler {
  #isOver = false;
  #isLetThrough = false;
  #isCallerPaused = false;
  #controller: Controller | undefined;
  /** Events that are held back, in order. */
  readonly #held: Deliver[] = [];
  readonly #caller: Handler;
  readonly #callers: Controller;
  readonly #begun: () => void;
  readonly #failed: (error: unknown) => void;

  /**
   * @param callers the controller that the caller's handler gets
   * @param begun called when a successful answer starts
   * @param failed called for an error or an error status
   */
  constructor(caller: Handler, callers: Controller, begun: () => void, failed: (error: unknown) => void) {
    this.#caller = caller;
    this.#callers = callers;
    this.#begun = begun;
    this.#failed = failed;
  }

  get controller(): Controller | undefined {
    return this.#controller;
  }

  /** True if the caller's handler has paused the data. */
  get paused(): boolean {
    return this.#isCallerPaused;
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new Error('The attempt is over.'));
  }

  onResponseStart(controller: Controller, status: number, headers: IncomingHeaders, message?: string): void {
    this.#deliver((to, as) => to.onResponseStart?.(as, status, headers, message));
    // A 1xx status announces an answer that is still to come.
    if (status < 200 || this.#isOver) return;
    if (status < FIRST_ERROR_STATUS) {
      this.#begun();
      return;
    }
    controller.pause();
    this.#failed(new HeldStatus(status, headers, this));
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#deliver((to, as) => to.onResponseData?.(as, chunk));
  }

  onResponseEnd(_controller: Controller, trailers: IncomingHeaders): void {
    this.#deliver((to, as) => to.onResponseEnd?.(as, trailers));
  }

  onResponseError(_controller: Controller, error: Error): void {
    if (this.#isOver) return;
    // The caller gets the error at once, even if it has paused the data.
    if (this.#isLetThrough) this.#caller.onResponseError?.(this.#callers, error);
    else this.#deliver((to, as) => to.onResponseError?.(as, error));
    // After the start of the answer this has no effect: the attempt is already settled.
    this.#failed(error);
  }

  /** Delivers the held events, and every later one at once. */
  letThrough(): void {
    this.#isLetThrough = true;
    this.#flush();
  }

  pause(): void {
    this.#isCallerPaused = true;
    this.#controller?.pause();
  }

  resume(): void {
    this.#isCallerPaused = false;
    if (this.#isLetThrough) this.#flush();
  }

  /** Ends the request and drops all its events. */
  discard(reason: Error): void {
    this.#isOver = true;
    this.#held.length = 0;
    this.#controller?.abort(reason);
  }

  #flush(): void {
    while (!this.#isCallerPaused) {
      const deliver = this.#held.shift();
      if (deliver === undefined) break;
      deliver(this.#caller, this.#callers);
    }
    if (!this.#isCallerPaused && this.#controller?.paused) this.#controller.resume();
  }

  #deliver(deliver: Deliver): void {
    if (this.#isOver) return;
    if (this.#isLetThrough && !this.#isCallerPaused && this.#held.length === 0) deliver(this.#caller, this.#callers);
    else this.#held.push(deliver);
  }
}
