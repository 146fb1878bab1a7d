// One call of a decorated method, from the outside in and back:
//
//   handle   a signal that is aborted rejects the call: nothing runs               entry.ts
//   enter    each policy, outermost first, admits the call or answers it itself    pipeline.ts
//   body     the method, with the signal of the innermost scope                    scope.ts
//   succeed  each policy, innermost first, sees the value: one `.then` for all     pipeline.ts
//   fail     each policy, innermost first, hands the error on or answers it        pipeline.ts
//   tail     where the value is a stream: policies see how it ends                 open-stream.ts
//
// `policy.ts` is the contract of a policy. A healthy call makes no `Call`: it is made when an attempt fails, when the
// caller gave a signal, or when a policy stands around the method.
import type { Failure } from '../core/failure.js';
import type { RetryBudget } from './retry-budget.js';
import type { CallWatching } from './observer.js';
import type { Scope } from './scope.js';
import type { Site } from './site.js';
import { Stop } from './stop.js';

/** What policies inside a circuit see of it. */
export interface CircuitPort {
  readonly name: string;
  /** Shared by all retries behind this circuit. */
  readonly budget: RetryBudget;
  /** True if the circuit has left the epoch that admitted a call and rejects calls now. */
  rejectsSince(epoch: number): boolean;
  /** The error for a call that it rejects. */
  rejection(now: () => number, method: string): Error;
  /** Calls `listener` after each transition; returns how to stop listening. */
  onTransition(listener: () => void): () => void;
}

/**
 * How a circuit admitted a call. All calls of a closed circuit's epoch share one, so that what is computed for it is
 * computed once; a probe has its own.
 */
export class Admission {
  constructor(
    readonly circuit: CircuitPort | undefined,
    /** The circuit's epoch: a result of an older one decides nothing. */
    readonly epoch: number,
    /** The probe's lease, 0 for an ordinary call. */
    readonly lease: number,
    /** When the call came in, if the circuit has a rule about slow calls. */
    readonly since = 0,
    /** True if the circuit only watches: it rejects nobody. */
    readonly isShadow = false,
  ) {}

  /** Tells an `Admission` from a promise; cheaper than `instanceof`. */
  get isAdmission(): true {
    return true;
  }

  /** True if the circuit rejects calls now that it has admitted this one. */
  get isRevoked(): boolean {
    return !this.isShadow && this.circuit?.rejectsSince(this.epoch) === true;
  }

  /** Calls `listener` when that may have changed; returns how to stop listening. */
  onChange(listener: () => void): (() => void) | undefined {
    return this.isShadow ? undefined : this.circuit?.onTransition(listener);
  }
}

export function isAdmission(entered: object): entered is Admission {
  return (entered as Partial<Admission>).isAdmission === true;
}

/** The admission of a call without a circuit. */
export const UNGUARDED = new Admission(undefined, 0, 0);

const CANCELLED: Failure = Object.freeze({ kind: 'cancelled', transient: false });

/** One call, for policies that have more to do than to let it pass. */
export class Call {
  /** The innermost time limit or hedged attempt that the call is in. */
  scope: Scope | undefined = undefined;
  /** How often the method itself ran for it, hedges among them. Kept by the {@link outermost} call alone. */
  attempts = 0;
  /** True once a retry or a hedge has brought the result. Kept by the {@link outermost} call alone. */
  isRecovered = false;
  /** True once the fallback answers. */
  hasFallenBack = false;
  /** When it began, if durations are measured. */
  since: number | undefined = undefined;
  /** What watches it, if an exporter does. */
  watched: CallWatching | undefined = undefined;
  /** How many failed attempts, of how many there may be, the circuit has counted already. */
  counted: { readonly count: number; readonly of: number } | undefined = undefined;
  /** When the failure came that {@link failureOf} was asked about last: the clock is read once for all policies. */
  failedAt = 0;
  /** Called with what the method itself returned, which a scope that ends does not wait for; again with its cleanup. */
  onMethod: ((running: Promise<unknown>) => void) | undefined = undefined;
  /** How many times the method has been started for it. */
  attempt = 0;
  /** True for an attempt that was started beside a slow one. */
  isHedge = false;
  /** True if chaos has delayed its last attempt, or made it fail. */
  isDisturbed = false;
  /** The call that this one is a part of: of a hedged attempt, or of what several callers share. */
  whole: Call | undefined = undefined;
  #stop: Stop | undefined;
  #error: unknown;
  #failure: Failure | undefined;

  constructor(
    readonly site: Site,
    readonly self: unknown,
    readonly args: readonly unknown[],
    public admission: Admission,
    /** The caller's signal. */
    readonly signal?: AbortSignal,
  ) {}

  /** The call that all others are parts of: itself, if it is no attempt. */
  get outermost(): Call {
    return this.whole?.outermost ?? this;
  }

  /** The method begins to run. */
  noteAttempt(): void {
    this.outermost.attempts += 1;
  }

  /** A retry or a hedge has brought the result. */
  noteRecovery(): void {
    this.outermost.isRecovered = true;
  }

  /** Whether and why the call should stop: every wait asks it before and after. */
  get stop(): Stop {
    return (this.#stop ??= new Stop(this));
  }

  /** True if the caller aborted the call, or left its stream. */
  get isAborted(): boolean {
    return this.signal?.aborted === true || (this.scope !== undefined && this.scope.hasEnded('aborted'));
  }

  /** The budget of the call's retries: the circuit's, or the method's without a circuit. */
  get budget(): RetryBudget {
    return this.admission.circuit?.budget ?? this.site.budget;
  }

  /** What an attempt failed with: classified once for all policies, and `cancelled` once the caller has aborted. */
  failureOf(error: unknown): Failure {
    if (this.isAborted) {
      this.failedAt = this.site.clock.now();
      return CANCELLED;
    }
    return this.classified(error);
  }

  /** Another attempt begins: the same error would be another failure. */
  beginAttempt(): void {
    this.#failure = undefined;
  }

  /** What an error says by itself, whether or not the caller has aborted since. */
  classified(error: unknown): Failure {
    if (this.#failure === undefined || this.#error !== error) {
      this.#error = error;
      this.failedAt = this.site.clock.now();
      const failure = this.site.classify(error, this.failedAt, this.scope?.ended !== undefined);
      this.#failure = this.isDisturbed ? { ...failure, chaos: true } : failure;
    }
    return this.#failure;
  }

  /** Says whether chaos disturbs the attempt that begins, for the events of this call and of that around it. */
  noteDisturbance(isDisturbed: boolean): void {
    this.isDisturbed = isDisturbed;
    if (isDisturbed && this.whole) this.whole.noteDisturbance(true);
  }

  /** From now on `error` means this failure, because it is thrown instead of what the attempt failed with. */
  noteFailure(error: unknown, failure: Failure): void {
    this.#error = error;
    this.#failure = failure;
  }
}

/** A call that was made without a {@link Call}: its only attempt has ended. */
export function callAfterwards(site: Site, self: unknown, args: readonly unknown[], admission: Admission): Call {
  const call = new Call(site, self, args, admission);
  call.attempts = 1;
  call.attempt = 1;
  return call;
}

/** The call that a policy has to do with, as it was admitted. */
export function callFor(
  site: Site,
  self: unknown,
  args: readonly unknown[],
  admission: Admission,
  call: Call | undefined,
): Call {
  if (!call) return new Call(site, self, args, admission);
  call.admission = admission;
  return call;
}
