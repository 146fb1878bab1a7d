/** Messages that may wait for a slow reader before it is dropped. */
const MAX_WAITING = 200;
/** Ticks in a row that it may miss, because what came before them still waits. */
const MAX_MISSED = 30;

/** One reader of the stream. */
export class Viewer {
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  #missed = 0;

  constructor(controller: ReadableStreamDefaultController<Uint8Array>) {
    this.#controller = controller;
  }

  /** @returns whether it keeps up */
  event(message: Uint8Array): boolean {
    if (this.#waiting >= MAX_WAITING) return false;
    this.#controller.enqueue(message);
    return true;
  }

  /** A tick tells everything: one that has not been read makes the next one needless. */
  tick(message: Uint8Array): boolean {
    if (this.#waiting > 0) return ++this.#missed < MAX_MISSED;
    this.#missed = 0;
    this.#controller.enqueue(message);
    return true;
  }

  /** What waits is thrown away, and its connection ends. */
  drop(): void {
    this.#controller.error(new Error('The reader is too slow.'));
  }

  /** The stream buffers nothing by itself, so that every message above 0 waits. */
  get #waiting(): number {
    return -(this.#controller.desiredSize ?? 0);
  }
}
