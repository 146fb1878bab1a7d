import type { Admission, Call } from './call.js';

export type Stream = AsyncGenerator<unknown, unknown, unknown>;

/** Runs everything further in. `call` is left out as long as nobody needed one. */
export type Next = (self: unknown, args: readonly unknown[], call?: Call) => Promise<unknown>;

export type OnSuccess = (value: unknown) => unknown;

/** What a policy answers instead of everything further in. */
export class Answer {
  /**
   * @param call the call that everything further in will run with
   * @param by what it is, if nothing further in will run: a `constant` is what a fallback answers that cannot fail any more
   * @param error what a refused call fails with
   */
  constructor(
    readonly promise: Promise<unknown>,
    readonly call: Call | undefined,
    readonly by?: 'refusal' | 'fallback' | 'constant',
    readonly error?: unknown,
  ) {}

  get isFallback(): boolean {
    return this.by === 'fallback' || this.by === 'constant';
  }
}

/**
 * A policy around a call. Its steps are fused with those of its neighbours, so that a whole stack costs one `.then` with
 * one closure. A step that has nothing to do is left out.
 */
export interface Policy {
  /**
   * Before the call. Returns the admission to go on with: its own, or the one that it was given. Or a promise that
   * answers instead of everything further in; `next` runs that later, with a {@link Call}. Then neither `succeed` nor
   * `fail` of this policy sees the answer. An {@link Answer} says in addition with which call, so that its attempts are
   * counted, or what it is. Never throws.
   */
  readonly enter?:
    | ((
        self: unknown,
        args: readonly unknown[],
        admission: Admission,
        next: Next,
        call?: Call,
      ) => Admission | Promise<unknown> | Answer)
    | undefined;
  /**
   * The call succeeded: bound once for each admission, for all calls that share it. Returns the value to hand on, and
   * never throws. Not called for a value that is a stream if the policy has a `tail`.
   */
  readonly succeed?: ((admission: Admission) => OnSuccess) | undefined;
  /**
   * The call failed. Returns undefined to hand the error on, or a promise that answers instead. Never throws. `next` runs
   * everything further in again.
   */
  readonly fail?: ((error: unknown, call: Call, next: Next) => Promise<unknown> | undefined) | undefined;
  /** Instead of `enter`, `succeed` and `fail`: runs before and after, and may look at a value and repeat. */
  readonly around?: ((call: Call, next: Next) => Promise<unknown>) | undefined;
  /**
   * The call succeeded with a stream: returns the stream to hand on. A policy that only needs to know how the stream ends
   * returns `watchEnd(rest, …)`, which costs nothing for each chunk.
   */
  readonly tail?: ((rest: Stream, call: Call) => Stream) | undefined;
}
