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
 * One attempt as undici's handler. It holds back its answer until it is known whether it is the final one; an error
 * status also pauses its connection, so that nothing piles up.
 */
export class UndiciAttempt implements Handler {
  #isOver = false;
  #controller: Controller | undefined;
  /** What is held back, in its order. Undefined once it has been let through. */
  #held: Deliver[] | undefined = [];
  readonly #caller: Handler;
  readonly #begun: () => void;
  readonly #failed: (error: unknown) => void;

  /** @param begun the answer has begun well @param failed there will be none, or one with an error status */
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
    // 1xx are told of an answer that is still to come.
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
    // Of an answer that has begun this is the end, and the attempt has been decided on before.
    if (!this.#isOver) this.#failed(error);
  }

  /** Lets through what was held back, and from now on everything as it comes. */
  letThrough(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const deliver of held) deliver(this.#caller);
    if (this.#controller?.paused) this.#controller.resume();
  }

  /** Throws away what was held back and everything that comes. */
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
