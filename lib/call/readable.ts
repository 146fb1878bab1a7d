import type { Stream } from './policy.js';

type Result = IteratorResult<unknown, unknown>;

export type Step = 'next' | 'throw';
export type Resolve = (result: Result) => void;
export type Reject = (error: unknown) => void;

/** A request that waits for those before it. */
export interface Request {
  readonly step: Step;
  readonly value: unknown;
  readonly resolve: Resolve;
  readonly reject: Reject;
}

/** What a stream is read by. */
export interface Holder {
  /** From now on the stream goes on in another one. */
  readFrom?(stream: Readable): void;
}

/** Ties a stream to the object by which alone it can be read. */
export interface Tie {
  /** Undefined once the stream is over: nothing of it is kept then, not even what it failed with. */
  stream: Readable | undefined;
  /** The object, kept alive while a request is pending. */
  reader: Holder | undefined;
}

/** A stream that can be given up. */
export interface Readable extends Stream {
  tieTo(tie: Tie): void;
  /** Ends it as if its reader had left; false if it was over already. */
  drop(): boolean;
}
