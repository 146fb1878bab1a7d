import type { Stream } from './policy.js';

/**
 * How a stream ended: `completed`: the source returned; `failed`: the source failed or a limit ended; `left`: the
 * reader left.
 */
export type StreamEnd = 'completed' | 'failed' | 'left';

/** Observes a stream while it is read. */
export interface StreamWatcher {
  /** The reader asks for a chunk. */
  waits?(): void;
  /** A chunk has arrived. */
  chunk?(value: unknown): void;
  /** Called once. `chunks`: how many the reader got. `returned`: the return value of a completed source. */
  ended(how: StreamEnd, error: unknown, chunks: number, returned?: unknown): void;
  /** Called once, after `ended`, when the source and its cleanup have finished. */
  closed?(): void;
}

/**
 * Calls `then` when the source has finished. A source that was cut short may continue for a while; `return()` waits for
 * it.
 */
export function whenClosed(source: Stream, isCut: boolean, then: () => void): void {
  if (isCut) source.return(undefined).then(then, then);
  else then();
}
