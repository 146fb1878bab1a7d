import { currentSignal } from '../index.js';
import type { CallOptions } from './model.js';

/** One call of a model: the argument that the policies get. */
export class Opening {
  readonly options: CallOptions;
  /** Ends the call, its attempts and waits. */
  readonly signal: AbortSignal | undefined;
  readonly #readers = new Set<{ cancel(): Promise<void> }>();

  constructor(options: CallOptions) {
    this.options = options;
    const { abortSignal } = options;
    const outer = currentSignal();
    this.signal = abortSignal && outer ? AbortSignal.any([abortSignal, outer]) : (abortSignal ?? outer);
  }

  /** Registers the reader of a stream. Returns a function that removes it. */
  reads(reader: { cancel(): Promise<void> }): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  /** Cancels all registered readers. */
  leave(): void {
    for (const reader of this.#readers) reader.cancel().catch(() => undefined);
  }
}
