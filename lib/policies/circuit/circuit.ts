import { Admission, type CircuitPort } from '../../call/call.js';
import { RetryBudget } from '../../call/retry-budget.js';
import type { CircuitOpenError } from '../../core/errors.js';
import type { Failure } from '../../core/failure.js';
import type { Random } from '../../core/random.js';
import { CircuitCounts } from './counts.js';
import type { CircuitRules } from './rules.js';
import type { Tally } from './rates.js';
import { type Rejections, rejectionsOf } from './rejections.js';
import { admit, asOf, CLOSED, type CircuitState, isRefusing, type Outcome, retryAfterMs, settle } from './state.js';
import { including, NO_WINDOWS, windowOf } from './windows.js';

/** What brought a transition about. By hand, both are undefined. */
export interface TransitionCause {
  /** The method whose call did. */
  readonly method?: string | undefined;
  /** What that call failed with. */
  readonly failure?: Failure | undefined;
}

export type OnTransition = (state: CircuitState, epoch: number, cause: TransitionCause) => void;

const BY_HAND: TransitionCause = Object.freeze({});

/**
 * A circuit's memory: the state, and the epoch that grows by one with every transition. Whoever wants to know of a
 * transition subscribes.
 */
export class Circuit implements CircuitPort {
  readonly budget = new RetryBudget();
  /** True if the method that used it last only watches. */
  isShadow = false;
  readonly counts: CircuitCounts;
  #state: CircuitState = CLOSED;
  #epoch = 0;
  /** The admission that all calls of the epoch share while it is closed. */
  #shared: Admission | undefined = new Admission(this, 0, 0);
  #admission = this.#shared;
  #windows = NO_WINDOWS;
  #rejections: Rejections | undefined;
  #listeners: Set<OnTransition> | undefined;

  /**
   * @param first subscribes for as long as the circuit lives, before all others
   * @param whole the counts of all circuits of this name
   */
  constructor(
    readonly name: string,
    first?: OnTransition,
    whole?: CircuitCounts,
  ) {
    this.counts = new CircuitCounts(whole);
    if (first) this.#listeners = new Set([first]);
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Closed, and nothing counted: a success changes nothing, unless the rules look through a window. */
  get isPristine(): boolean {
    return this.#state === CLOSED && this.#windows === NO_WINDOWS;
  }

  /** The state as it is now; asking changes nothing. */
  stateAt(now: number): CircuitState {
    return asOf(this.#state, now);
  }

  /** The calls of the newest window; undefined if no rule looks through a window, or nothing has ended yet. */
  tallyAt(now: number): Tally | undefined {
    const latest = this.#windows.at(-1);
    latest?.forget(now);
    return latest;
  }

  /** The admission that all calls share while it is closed and admits all of them; undefined while it does not. */
  get admission(): Admission | undefined {
    return this.#admission;
  }

  /** True if it is open and rejects calls now: the question of every call while it is, so it makes nothing new. */
  isRejecting(now: number): boolean {
    return this.#state.kind === 'open' && isRefusing(this.#state, now);
  }

  /** The admission of a call, or undefined if it is rejected. */
  admit(now: number, rules: CircuitRules, cause: TransitionCause): Admission | undefined {
    const { state, lease } = admit(this.#state, now, rules);
    this.#become(state, cause);
    if (lease === undefined) return undefined;
    return this.#shared ?? new Admission(this, this.#epoch, lease);
  }

  /** Counts how a call ended; true if that moved the circuit. A result of an older epoch decides nothing. */
  settle(
    outcome: Outcome,
    admission: Admission,
    now: number,
    rules: CircuitRules,
    random: Random,
    cause: TransitionCause,
  ): boolean {
    const { epoch, lease } = admission;
    if (epoch !== this.#epoch) return false;
    const tally = this.#count(outcome, admission, now, rules);
    return this.#become(settle(this.#state, { outcome, lease, tally }, now, rules, random), cause);
  }

  /** Rejects everything until `reset()`; false if it did already. */
  isolate(reason?: string): boolean {
    return this.#become({ kind: 'isolated', reason }, BY_HAND);
  }

  /** Closes, whatever was before; false if it was closed already. */
  reset(): boolean {
    this.#windows = NO_WINDOWS;
    return this.#become(CLOSED, BY_HAND);
  }

  /** Takes a state from outside, as it is; false if it is of the same kind as before. */
  adopt(state: CircuitState, cause: TransitionCause = BY_HAND): boolean {
    return this.#become(state, cause);
  }

  onTransition(listener: OnTransition): () => void {
    const listeners = (this.#listeners ??= new Set());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  rejectsSince(epoch: number): boolean {
    return epoch !== this.#epoch && this.#state.kind !== 'closed';
  }

  /** The error of a call that it rejects: one for each call. */
  rejection(now: () => number): CircuitOpenError {
    return this.#rejectionsBy(now).thrown();
  }

  /** The error that a fallback is given: the same, but it costs next to nothing. */
  rejectionForFallback(now: () => number): CircuitOpenError {
    return this.#rejectionsBy(now).given();
  }

  #rejectionsBy(now: () => number): Rejections {
    return (this.#rejections ??= rejectionsOf(this.name, this.#state.kind, () => retryAfterMs(this.#state, now())));
  }

  /** What the window shows with this call in it, if the rules look through one. */
  #count(outcome: Outcome, { since }: Admission, now: number, { rates }: CircuitRules): Tally | undefined {
    if (this.#state.kind !== 'closed' || (outcome !== 'success' && outcome !== 'failure')) return undefined;
    if (rates) this.#windows = including(this.#windows, rates.window, now);
    const failures = outcome === 'failure' ? 1 : 0;
    const slow = rates && now - since > rates.slowCallMs ? 1 : 0;
    for (const window of this.#windows) window.add(1, failures, slow, now);
    return rates && windowOf(this.#windows, rates.window);
  }

  #become(state: CircuitState, cause: TransitionCause): boolean {
    const moved = state.kind !== this.#state.kind;
    this.#state = state;
    if (moved) this.#beginEpoch(state);
    this.#admission = state.kind === 'closed' && state.ramp ? undefined : this.#shared;
    if (moved && this.#listeners) for (const listener of [...this.#listeners]) listener(state, this.#epoch, cause);
    return moved;
  }

  #beginEpoch(state: CircuitState): void {
    this.#epoch += 1;
    this.#shared = state.kind === 'closed' ? new Admission(this, this.#epoch, 0) : undefined;
    this.#windows = NO_WINDOWS;
    this.#rejections = undefined;
  }
}
