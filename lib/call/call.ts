// One call of a decorated method, from the outside in and back:
//
//   handle   rejects the call if the caller's signal is aborted                    entry.ts
//   enter    each policy, outermost first, admits the call or answers it itself    pipeline.ts
//   body     the method, with the signal of the innermost scope                    scope.ts
//   succeed  each policy, innermost first, sees the value: one `.then` for all     pipeline.ts
//   fail     each policy, innermost first, passes the error on or answers it       pipeline.ts
//   tail     if the value is a stream, policies see how it ends                    open-stream.ts
//
// `policy.ts` defines the contract of a policy. A healthy call creates no `Call` object. It is created when an attempt
// fails, if the caller passed a signal, or if a policy has an `around` step.
import type { Failure } from '../core/failure.js';
import type { Admission } from './admission.js';
import type { RetryBudget } from './retry-budget.js';
import type { CallWatching } from './observer.js';
import type { Scope } from './scope.js';
import type { CallContext } from './call-context.js';
import { Stop } from './stop.js';

/** The failure of a call that its caller has aborted. */
export const CANCELLED: Failure = Object.freeze({ kind: 'cancelled', transient: false });

/** The state of one call, for policies that do more than admit it. */
export class Call {
  /** The innermost time limit or hedged attempt around the running code. */
  scope: Scope | undefined = undefined;
  /** How many times the method was started, hedges included. Only the {@link outermost} call counts it. */
  attempts = 0;
  /** True once a retry or a hedge has succeeded. Set on the {@link outermost} call only. */
  isRecovered = false;
  /** True once the fallback has answered. */
  hasFallenBack = false;
  /** When it began, in milliseconds since the epoch; undefined if durations are not measured. */
  since: number | undefined = undefined;
  /** The exporters that watch this call; undefined if there are none. */
  watched: CallWatching | undefined = undefined;
  /** How many failed attempts (`count`) of at most `of` the circuit has counted. */
  counted: { readonly count: number; readonly of: number } | undefined = undefined;
  /** When {@link failureOf} last classified a failure, so that policies need not read the clock again. */
  failedAt = 0;
  /**
   * Called with the promise of the method itself, which may outlive an ended scope, and again with the promise of its
   * cleanup.
   */
  onMethod: ((running: Promise<unknown>) => void) | undefined = undefined;
  /** The number of the running attempt: how many times the method was started for this call. */
  attempt = 0;
  /** True for a hedge: an attempt that was started beside a slow one. */
  isHedge = false;
  /** True if chaos delayed the last attempt or made it fail. */
  isDisturbed = false;
  /** The call that this one is a part of: a hedged attempt has one, and so has the shared call of coalesced callers. */
  whole: Call | undefined = undefined;
  /** The call that it waits for with other coalesced callers; itself if it is that call. Undefined if there is none. */
  shared: Call | undefined = undefined;
  #stop: Stop | undefined;
  #error: unknown;
  #failure: Failure | undefined;

  constructor(
    readonly context: CallContext,
    readonly self: unknown,
    readonly args: readonly unknown[],
    public admission: Admission,
    /** The caller's signal. */
    readonly signal?: AbortSignal,
  ) {}

  /** The call that all others are parts of; itself if `whole` is undefined. */
  get outermost(): Call {
    return this.whole?.outermost ?? this;
  }

  /** Notes that the method begins to run. */
  noteAttempt(): void {
    this.outermost.attempts += 1;
  }

  /** Notes that a retry or a hedge has succeeded. */
  noteRecovery(): void {
    this.outermost.isRecovered = true;
  }

  /** Whether and why the call should stop. Every wait asks it before and after. */
  get stop(): Stop {
    return (this.#stop ??= new Stop(this));
  }

  /** True if the caller aborted the call, or left its stream. */
  get isAborted(): boolean {
    return this.signal?.aborted === true || (this.scope !== undefined && this.scope.hasEnded('aborted'));
  }

  /** The budget of the call's retries: the circuit's; without a circuit, the method's. */
  get budget(): RetryBudget {
    return this.admission.circuit?.budget ?? this.context.budget;
  }

  /** The failure of an attempt, classified once for all policies. `cancelled` once the caller has aborted. */
  failureOf(error: unknown): Failure {
    if (this.isAborted) {
      this.failedAt = this.context.clock.now();
      return CANCELLED;
    }
    return this.classified(error);
  }

  /** Notes that another attempt begins: if it throws the same error, that is another failure. */
  beginAttempt(): void {
    this.#failure = undefined;
  }

  /** The failure by the error alone, even if the caller has aborted since. */
  classified(error: unknown): Failure {
    if (this.#failure === undefined || this.#error !== error) {
      this.#error = error;
      this.failedAt = this.context.clock.now();
      const failure = this.context.classify(error, this.failedAt, this.scope?.ended !== undefined);
      this.#failure = this.isDisturbed ? { ...failure, chaos: true } : failure;
    }
    return this.#failure;
  }

  /** Notes whether chaos disturbs the attempt that begins, for the events of this call and of its `whole`. */
  noteDisturbance(isDisturbed: boolean): void {
    this.isDisturbed = isDisturbed;
    if (isDisturbed && this.whole) this.whole.noteDisturbance(true);
  }

  /** Notes that `error` stands for this failure, because it is thrown instead of the attempt's error. */
  noteFailure(error: unknown, failure: Failure): void {
    this.#error = error;
    this.#failure = failure;
  }
}

/** Creates the `Call` of a call that ran without one, after its only attempt. */
export function callAfterwards(
  context: CallContext,
  self: unknown,
  args: readonly unknown[],
  admission: Admission,
): Call {
  const call = new Call(context, self, args, admission);
  call.attempts = 1;
  call.attempt = 1;
  return call;
}

/** The given call, or a new one, with the admission set. */
export function callFor(
  context: CallContext,
  self: unknown,
  args: readonly unknown[],
  admission: Admission,
  call: Call | undefined,
): Call {
  if (!call) return new Call(context, self, args, admission);
  call.admission = admission;
  return call;
}
