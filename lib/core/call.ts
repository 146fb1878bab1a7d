import type { RetryBudget } from './budget.js';

/** What a policy inside a circuit sees of it. */
export interface CircuitGate {
  readonly name: string;
  /** Shared by everyone who retries behind this circuit. */
  readonly budget: RetryBudget;
  /** Whether the circuit has left the epoch that admitted a call, and would refuse it by now. */
  hasTurnedAway(epoch: number): boolean;
  /** The error of a call that it refuses. */
  refusalOf(now: () => number): Error;
  /** Calls `listener` when the circuit begins to refuse; returns how to stop listening. */
  onRefusing(listener: () => void): () => void;
}

/**
 * The terms on which a circuit let a call through. All calls of a closed circuit's epoch share one, so that what is
 * worked out for it is worked out once; a probe has its own.
 */
export class Admission {
  constructor(
    readonly circuit: CircuitGate | undefined,
    /** The circuit's epoch: a result of an older one decides nothing. */
    readonly epoch: number,
    /** The probe's lease, 0 for an ordinary call. */
    readonly lease: number,
    /** When the call came in, where that is of interest to the circuit. */
    readonly since = 0,
    /** Whether the circuit is only watched: then nobody heeds what it says. */
    readonly isShadow = false,
  ) {}

  /** What a promise that answers in its place has not: cheaper to ask for than the class. */
  get isAdmission(): true {
    return true;
  }

  /** Whether the circuit would refuse the call by now. */
  get isTurnedAway(): boolean {
    return !this.isShadow && this.circuit?.hasTurnedAway(this.epoch) === true;
  }

  /** Calls `listener` when the circuit begins to refuse; returns how to stop listening. */
  onRefusing(listener: () => void): (() => void) | undefined {
    return this.isShadow ? undefined : this.circuit?.onRefusing(listener);
  }
}

export function isAdmission(entered: object): entered is Admission {
  return (entered as Partial<Admission>).isAdmission === true;
}

/** The terms of a call that no circuit stands around. */
export const UNGUARDED = new Admission(undefined, 0, 0);

/** Why a time limit, or an attempt among several, ended before the call did. */
export interface LimitEnd {
  /** What the call fails with. */
  readonly reason: unknown;
  /** Whether the caller's own signal ended it: the reason is his then. */
  readonly isCallers: boolean;
}

/**
 * What policies inside the time limit of a whole call, or inside one of several attempts, see of it: whoever waits stops
 * when it ends.
 */
export interface CallLimit {
  /** When it ends by itself, in milliseconds since the epoch; Infinity where only parts of the call are limited. */
  readonly deadline: number;
  /** Undefined while it goes on. */
  readonly ended: LimitEnd | undefined;
  /** Calls `listener` when it ends before the call; returns how to stop listening. */
  onEnd(listener: () => void): () => void;
  /**
   * Runs what is given its signal, and fails with it as soon as it ends: what comes later is swallowed. Runs nothing
   * when it has ended already. For one at a time.
   */
  cutShort<T>(run: () => Promise<T>): Promise<T>;
}

/** One call of a decorated method, for policies that have something to do with it. A healthy call needs none. */
export class Call {
  /** Whether the caller's own signal ended the call: whatever is thrown then is the caller's reason. */
  aborted = false;
  /** The time limit around everything, or the attempt that the call is one of, where there is one. */
  limit: CallLimit | undefined = undefined;

  constructor(
    readonly self: unknown,
    readonly args: readonly unknown[],
    public admission: Admission,
  ) {}
}

/** The call that a policy has to do with, on the terms that it came in. */
export function callFor(self: unknown, args: readonly unknown[], admission: Admission, call: Call | undefined): Call {
  if (!call) return new Call(self, args, admission);
  call.admission = admission;
  return call;
}

export type Stream = AsyncGenerator<unknown, unknown, unknown>;

/** `call` is there when somebody further out needed one: it bears the limit of the whole call. */
export type Enter = (
  self: unknown,
  args: readonly unknown[],
  admission: Admission,
  call?: Call,
) => Admission | Promise<unknown>;

export type OnSuccess = (value: unknown) => unknown;

/** Runs everything further in. `call` is left out as long as nobody needed one. */
export type Next = (self: unknown, args: readonly unknown[], call?: Call) => Promise<unknown>;
export type NextStream = (call: Call) => Stream;

/**
 * A policy around a call, in three steps that are fused with those of its neighbours, so that a whole stack costs one
 * `.then` with one closure. A step that has nothing to do is left out.
 */
export interface Policy {
  /**
   * Before the call. Returns the terms to go on with, its own or those it was given; or a promise that answers in place
   * of everything further in. `next` is for a policy whose answer is to run that later: with a {@link Call} that bears
   * the terms, and with no other step of its own, since neither `succeed` nor `fail` hears of what it answered. Never
   * throws.
   */
  readonly enter?:
    | ((
        self: unknown,
        args: readonly unknown[],
        admission: Admission,
        next: Next,
        call?: Call,
      ) => Admission | Promise<unknown>)
    | undefined;
  /**
   * In place of `enter`, where a call may have to wait first: bound once to everything further in, which the promise
   * runs in the end. It then stands for the policy's own `succeed` and `fail` as well.
   */
  readonly hold?: ((next: Next) => Enter) | undefined;
  /**
   * What to do when a call ended well that came in on these terms: bound once, for all calls that share them. Returns
   * the value to hand on, and never throws.
   */
  readonly succeed?: ((admission: Admission) => OnSuccess) | undefined;
  /** The call failed. */
  readonly fail?: ((error: unknown, call: Call, next: Next) => Promise<unknown>) | undefined;
  /** In place of `succeed`, where a value may call for another run: those further out wait for the promise. */
  readonly review?: ((value: unknown, call: Call, next: Next) => Promise<unknown>) | undefined;
  /** In place of all other steps, where a policy has to be there before and after: it is given a call to itself. */
  readonly around?: ((call: Call, next: Next) => Promise<unknown>) | undefined;
  /** Looks at the object of the first call under a configuration. Never throws. */
  readonly meet?: ((self: unknown) => void) | undefined;
  /** A policy right around the method, which this one needs beneath all others. */
  readonly floor?: Policy | undefined;
  /** The same for methods that yield: a generator around a generator. */
  readonly stream: (call: Call, next: NextStream) => Stream;
}
