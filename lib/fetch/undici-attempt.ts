import type { Dispatcher } from 'undici';

type Controller = Dispatcher.DispatchController;
type Handler = Dispatcher.DispatchHandler;
type IncomingHeaders = Parameters<NonNullable<Handler['onResponseStart']>>[2];
type Deliver = (to: Handler) => void;

const FIRST_ERROR_STATUS = 400;

/** An error status, as the policies see it. It reaches no caller. */
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
  #controller: Controller | undefined;
  /** Events that are held back, in order. Undefined once they have been let through. */
  #held: Deliver[] | undefined = [];
  readonly #caller: Handler;
  readonly #begun: () => void;
  readonly #failed: (error: unknown) => void;

  /** @param begun called when a good answer begins @param failed called for an error or an error status */
  constructor(caller: Handler, begun: () => void, failed: (error: unknown) => void) {
    this.#caller = caller;
    this.#begun = begun;
    this.#failed = failed;
  }

  get controller(): Controller | undefined {
    return this.#controller;
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new Error('The attempt is over.'));
  }

  onResponseStart(controller: Controller, status: number, headers: IncomingHeaders, message?: string): void {
    this.#deliver((to) => to.onResponseStart?.(controller, status, headers, message));
    // A 1xx status announces an answer that is still to come.
    if (status < 200 || this.#isOver) return;
    if (status < FIRST_ERROR_STATUS) {
      this.#begun();
      return;
    }
    controller.pause();
    this.#failed(new HeldStatus(status, headers, this));
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#deliver((to) => to.onResponseData?.(controller, chunk));
  }

  onResponseEnd(controller: Controller, trailers: IncomingHeaders): void {
    this.#deliver((to) => to.onResponseEnd?.(controller, trailers));
  }

  onResponseError(controller: Controller, error: Error): void {
    this.#deliver((to) => to.onResponseError?.(controller, error));
    // After the answer has begun, the attempt is already settled.
    if (!this.#isOver) this.#failed(error);
  }

  /** Delivers the held events, and every later one at once. */
  letThrough(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const deliver of held) deliver(this.#caller);
    if (this.#controller?.paused) this.#controller.resume();
  }

  /** Ends the request and drops all its events. */
  discard(reason: Error): void {
    this.#isOver = true;
    this.#held = [];
    this.#controller?.abort(reason);
  }

  #deliver(deliver: Deliver): void {
    if (this.#isOver) return;
    if (this.#held) this.#held.push(deliver);
    else deliver(this.#caller);
  }
}
