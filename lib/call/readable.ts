import type { Stream } from './policy.js';

type Result = IteratorResult<unknown, unknown>;

export type Step = 'next' | 'throw';
export type Resolve = (result: Result) => void;
export type Reject = (error: unknown) => void;

/** A queued request of the reader. */
export interface Request {
  readonly step: Step;
  readonly value: unknown;
  readonly resolve: Resolve;
  readonly reject: Reject;
}

/** The object through which a stream is read. */
export interface Holder {
  /** Called when another stream continues this one. */
  readFrom?(stream: Readable): void;
}

/** Links a stream with the only object through which it can be read. */
export interface Tie {
  /** Undefined once the stream has ended, so that nothing of it stays in memory. */
  stream: Readable | undefined;
  /** The reading object; set while a request is pending, which keeps the object alive. */
  reader: Holder | undefined;
}

/** A stream that can be abandoned. */
export interface Readable extends Stream {
  tieTo(tie: Tie): void;
  /** Ends it as if its reader had left. False if it has already ended. */
  drop(): boolean;
}
