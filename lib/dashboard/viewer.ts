/** A slow viewer with this many waiting messages is dropped. */
const MAX_WAITING = 200;
/** A viewer that misses this many ticks in a row is dropped. */
const MAX_MISSED = 30;

/** One viewer of the stream. */
export class Viewer {
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  #missed = 0;

  constructor(controller: ReadableStreamDefaultController<Uint8Array>) {
    this.#controller = controller;
  }

  /** @returns false if the viewer is too slow */
  event(message: Uint8Array): boolean {
    if (this.#waiting >= MAX_WAITING) return false;
    this.#controller.enqueue(message);
    return true;
  }

  /** Skips the tick while earlier messages wait: the next tick contains all data. @returns false if it is too slow */
  tick(message: Uint8Array): boolean {
    if (this.#waiting > 0) return ++this.#missed < MAX_MISSED;
    this.#missed = 0;
    this.#controller.enqueue(message);
    return true;
  }

  /** Discards the waiting messages and ends the connection. */
  drop(): void {
    this.#controller.error(new Error('The viewer is too slow.'));
  }

  /** The number of waiting messages. The stream has no buffer of its own, so a negative size counts them. */
  get #waiting(): number {
    return -(this.#controller.desiredSize ?? 0);
  }
}
