import type { Admission } from './admission.js';
import type { Call } from './call.js';

export type Stream = AsyncGenerator<unknown, unknown, unknown>;

/** Runs the inner layers. `call` is absent as long as no policy needed one. */
export type Next = (self: unknown, args: readonly unknown[], call?: Call) => Promise<unknown>;

export type OnSuccess = (value: unknown) => unknown;

/** The answer of a policy instead of the inner layers. */
export class Answer {
  /**
   * @param call the call that the inner layers run with, if they run later
   * @param by set if the inner layers do not run; `constant`: the fallback's answer, which cannot fail. `counted`: the
   *   call is counted already
   * @param error the error of a rejected call
   */
  constructor(
    readonly promise: Promise<unknown>,
    readonly call: Call | undefined,
    readonly by?: 'refusal' | 'fallback' | 'constant' | 'counted',
    readonly error?: unknown,
  ) {}

  get isFallback(): boolean {
    return this.by === 'fallback' || this.by === 'constant';
  }
}

/** Counts how a call ended. For an `around` step that settles its promise itself: counting there saves a promise. */
export interface Counter {
  resolved(value: unknown, call: Call): void;
  failed(error: unknown, call: Call): void;
}

/**
 * A policy around a call. Its steps are fused with those of its neighbours, so that a whole stack costs one `.then`
 * with one closure. A policy omits the steps that it does not need.
 */
export interface Policy {
  /**
   * Runs before the call. Returns an admission to continue with: its own, or the given one. Or returns a promise that
   * answers instead of the inner layers; the policy may run these later with `next` and a {@link Call}. `succeed` and
   * `fail` of this policy do not see that answer. An {@link Answer} is such a promise with its call, so that attempts
   * are counted, or with its kind. Never throws.
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
   * The call succeeded. The outer function is called once for each admission, the inner one for each call: it returns
   * the value to pass on, and never throws. Not called for a stream if the policy has a `tail`.
   */
  readonly succeed?: ((admission: Admission) => OnSuccess) | undefined;
  /**
   * The call failed. Returns undefined to pass the error on, or a promise that answers instead. `next` runs the inner
   * layers again. Never throws.
   */
  readonly fail?: ((error: unknown, call: Call, next: Next) => Promise<unknown> | undefined) | undefined;
  /**
   * Replaces `enter`, `succeed` and `fail`: runs before and after the call, and may inspect the value and repeat the
   * call. The outermost policy, if it is holdfast's own, gets a `counter`. If it uses that, it calls one of its members
   * once, before its promise settles, and returns an {@link Answer} by `counted`.
   */
  readonly around?: ((call: Call, next: Next, counter?: Counter) => Promise<unknown> | Answer) | undefined;
  /**
   * The call returned a stream. Returns the stream to pass on. A policy that only needs to know how the stream ends
   * returns `watchEnd(rest, …)`, which costs nothing per chunk.
   */
  readonly tail?: ((rest: Stream, call: Call) => Stream) | undefined;
}
