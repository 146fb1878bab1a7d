import type { Stream } from './policy.js';

/** How a stream ended: the source returned, the source or a limit failed, or the reader left. */
export type StreamEnd = 'completed' | 'failed' | 'left';

/** Sees a stream that is read. */
export interface StreamWatcher {
  /** The reader waits for a chunk. */
  waits?(): void;
  /** A chunk has come. */
  chunk?(value: unknown): void;
  /** Called once. `chunks` is how many the reader got, `returned` what a completed source returned. */
  ended(how: StreamEnd, error: unknown, chunks: number, returned?: unknown): void;
  /** Called once, after `ended`: the source has run to its end too, its cleanup included. */
  closed?(): void;
}

/** A source that was cut short goes on until it heeds that; `return()` waits for it. */
export function whenClosed(source: Stream, isCut: boolean, then: () => void): void {
  if (isCut) source.return(undefined).then(then, then);
  else then();
}
