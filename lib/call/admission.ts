import type { RetryBudget } from './retry-budget.js';

/** The part of a circuit that inner policies see. */
export interface CircuitPort {
  readonly name: string;
  /** Shared by all retries behind this circuit. */
  readonly budget: RetryBudget;
  /** True if the circuit has left the given epoch and rejects calls now. */
  rejectsSince(epoch: number): boolean;
  /** The error for a rejected call. */
  rejection(now: () => number, method: string): Error;
  /** Calls `listener` after each transition. Returns a function that stops listening. */
  onTransition(listener: () => void): () => void;
}

/**
 * A circuit's admission of a call. All calls of one epoch of a closed circuit share one admission, so that what
 * policies compute for it is computed once. Each probe has its own.
 */
export class Admission {
  constructor(
    readonly circuit: CircuitPort | undefined,
    /** The circuit's epoch when it admitted the call. The circuit ignores results of older epochs. */
    readonly epoch: number,
    /** The probe's lease; 0 for an ordinary call. */
    readonly lease: number,
    /** When the call began, in milliseconds since the epoch, if the circuit has a rule about slow calls; else 0. */
    readonly since = 0,
    /** True if the circuit only watches and rejects no call. */
    readonly isShadow = false,
  ) {}

  /** Tells an `Admission` from a promise; cheaper than `instanceof`. */
  get isAdmission(): true {
    return true;
  }

  /** True if the circuit, which admitted this call, rejects calls now. */
  get isRevoked(): boolean {
    return !this.isShadow && this.circuit?.rejectsSince(this.epoch) === true;
  }

  /** Calls `listener` when `isRevoked` may have changed. Returns a function that stops listening. */
  onChange(listener: () => void): (() => void) | undefined {
    return this.isShadow ? undefined : this.circuit?.onTransition(listener);
  }
}

export function isAdmission(entered: object): entered is Admission {
  return (entered as Partial<Admission>).isAdmission === true;
}

/** The admission of a call without a circuit. */
export const UNGUARDED = new Admission(undefined, 0, 0);
