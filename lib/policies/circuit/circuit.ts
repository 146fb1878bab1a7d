import { Admission, type CircuitPort } from '../../call/admission.js';
import { callListener } from '../../call/listener.js';
import { RetryBudget } from '../../call/retry-budget.js';
import { brand } from '../../core/brand.js';
import type { CircuitOpenError } from '../../core/errors.js';
import type { Random } from '../../core/random.js';
import { BY_HAND, type OnTransition, type TransitionCause } from './cause.js';
import { forcedClosed, resetFrom } from './closed.js';
import { CircuitCounts } from './counts.js';
import { Outside } from './outside.js';
import type { CircuitRules } from './rules.js';
import type { Tally } from './rates.js';
import type { Shares } from './row.js';
import { Rejections } from './rejections.js';
import { admit, asOf, attemptFailed, type Failed, isAdmitting, isRefusing, type Outcome, settle } from './state.js';
import { type CircuitState, CLOSED } from './states.js';
import { NO_WINDOWS, windowOf, withCall, type Windows } from './windows.js';

/** The state of a circuit, and its epoch, which grows by one with every transition. */
export class Circuit implements CircuitPort {
  readonly budget = new RetryBudget();
  /** True if the method that used it last has `shadow` set. */
  isShadow = false;
  readonly outside = new Outside();
  /** The rules of the method that was bound to it last, or that used it last with a key. */
  rules: CircuitRules | undefined;
  #nextCall: (() => void) | undefined;
  #state: CircuitState = CLOSED;
  #epoch = 0;
  /** The admission that all calls of the epoch share; undefined if the state admits not all calls. */
  #shared: Admission | undefined = new Admission(this, 0, 0);
  #admission = this.#shared;
  #windows = NO_WINDOWS;
  #rejections: Rejections | undefined;
  /** Not in a set of its own: a set is as large as the rest of a circuit. */
  readonly #first: OnTransition | undefined;
  #listeners: Set<OnTransition> | undefined;

  /**
   * @param first a listener for the whole life of the circuit, called before all others
   * @param counts the circuit's counters
   */
  constructor(
    readonly name: string,
    first?: OnTransition,
    readonly counts = new CircuitCounts(),
  ) {
    this.#first = first;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** True if it is closed and nothing is counted: then a success changes nothing, unless a rule uses a window. */
  get isPristine(): boolean {
    return this.#state === CLOSED && this.#windows === NO_WINDOWS;
  }

  /** Forgets the failures in a row after a success. False if a success does more than that: then `settle` decides. */
  clear({ epoch }: Admission): boolean {
    const before = this.#state;
    if (before.kind !== 'closed' || before.ramp || this.#windows !== NO_WINDOWS || epoch !== this.#epoch) return false;
    this.outside.counted('success', 0);
    this.#state = CLOSED;
    this.outside.moved(before, CLOSED, 'success');
    return true;
  }

  /** True if it changes nothing: while every call is admitted, only successes and failures do. */
  isUnmovedBy(outcome: Outcome): boolean {
    return (outcome === 'rejected' || outcome === 'ignored') && isAdmitting(this.#state);
  }

  /** The state at `now`, without changing the circuit. */
  stateAt(now: number): CircuitState {
    return asOf(this.#state, now);
  }

  /** The calls of the newest window; undefined if no rule uses a window, or no call has ended yet. */
  tallyAt(now: number): Tally | undefined {
    const latest = this.#windows.at(-1);
    latest?.forget(now);
    return latest;
  }

  /** The shared admission; undefined while the circuit does not admit every call. */
  get admission(): Admission | undefined {
    return this.#admission;
  }

  /**
   * True if it is open and rejects calls now, and nobody waits for the next call. Every call asks this while it is open,
   * so it allocates nothing.
   */
  isRejecting(now: number): boolean {
    return this.#state.kind === 'open' && this.#nextCall === undefined && isRefusing(this.#state, now);
  }

  /** The admission of a call, or undefined if it is rejected. */
  admit(now: number, rules: CircuitRules, cause: TransitionCause = BY_HAND): Admission | undefined {
    const { state, lease } = admit(this.#state, now, rules);
    this.#become(state, cause);
    if (lease === undefined) return undefined;
    return this.#shared ?? new Admission(this, this.#epoch, lease);
  }

  /**
   * Counts a failed attempt of a call that will be retried as `1 / of` of a failure. Returns true if that opened the
   * circuit. `settle` gets the same shares as `counted`. Attempts of an older epoch are ignored.
   */
  attemptFailed(
    of: number,
    { epoch }: Admission,
    now: number,
    rules: CircuitRules,
    random: Random,
    failed?: Failed,
    cause: TransitionCause = BY_HAND,
  ): boolean {
    if (epoch !== this.#epoch) return false;
    return this.#become(attemptFailed(this.#state, of, now, rules, random, failed), cause);
  }

  /** Counts how a call ended. Returns true if that changed the kind of state. Results of an older epoch are ignored. */
  settle(
    outcome: Outcome,
    admission: Admission,
    now: number,
    rules: CircuitRules,
    random: Random,
    { counted, retryAfterMs }: Failed & { readonly counted?: Shares | undefined } = {},
    cause: TransitionCause = BY_HAND,
  ): boolean {
    const { epoch, lease, since } = admission;
    this.outside.counted(outcome, lease);
    if (epoch !== this.#epoch) return false;
    const before = this.#state;
    const isSlow = rules.rates !== undefined && now - since > rules.rates.slowCallMs;
    const tally = this.#count(outcome, isSlow, now, rules);
    const ending = { outcome, lease, tally, isSlow, counted, retryAfterMs };
    const moved = this.#become(settle(before, ending, now, rules, random), cause);
    this.outside.moved(before, this.#state, outcome);
    return moved;
  }

  /** Calls `listener` once, at the next call. Until then there is no shared admission. */
  onNextCall(listener: () => void): void {
    this.#nextCall = listener;
    this.#admission = undefined;
  }

  called(): void {
    const listener = this.#nextCall;
    if (!listener) return;
    this.#nextCall = undefined;
    this.#share();
    listener();
  }

  /** Rejects every call until `reset()`. False if it was isolated already. */
  isolate(reason?: string): boolean {
    return this.#become({ kind: 'isolated', reason }, BY_HAND);
  }

  /** Counts failures but admits every call until `reset()`. False if it was forced closed already. */
  forceClosed(reason?: string): boolean {
    return this.#become(forcedClosed(reason), BY_HAND);
  }

  /** Closes it and deletes what was counted; ramps up if it rejected calls. False if it was closed already. */
  reset(now: number): boolean {
    this.#windows = NO_WINDOWS;
    return this.#become(resetFrom(this.#state, now, this.rules?.rampUpMs ?? 0), BY_HAND);
  }

  /** The calls that the rules' windows hold. */
  get windows(): Windows {
    return this.#windows;
  }

  /** Sets a state from outside, and windows if there are any. False if the kind of state is the same as before. */
  adopt(state: CircuitState, cause: TransitionCause = BY_HAND, windows?: Windows): boolean {
    const moved = this.#become(state, cause);
    if (windows) this.#windows = windows;
    return moved;
  }

  onTransition(listener: OnTransition): () => void {
    const listeners = (this.#listeners ??= new Set());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  rejectsSince(epoch: number): boolean {
    return epoch !== this.#epoch && !isAdmitting(this.#state);
  }

  /** A new error for a rejected call. */
  rejection(now: () => number, method?: string): CircuitOpenError {
    return this.rejectionsBy(now).thrown(method);
  }

  /** The errors of this epoch. */
  rejectionsBy(now: () => number): Rejections {
    return (this.#rejections ??= new Rejections(this.name, this.#state.kind, () =>
      this.outside.retryAfterMs(this.#state, now()),
    ));
  }

  /** Adds the call to the windows. Returns the tally of the rules' window; undefined if no rule uses one. */
  #count(outcome: Outcome, isSlow: boolean, now: number, { rates }: CircuitRules): Tally | undefined {
    if (!isAdmitting(this.#state) || (outcome !== 'success' && outcome !== 'failure')) return undefined;
    this.#windows = withCall(this.#windows, rates?.window, outcome === 'failure', isSlow, now);
    return rates && windowOf(this.#windows, rates.window);
  }

  #become(state: CircuitState, cause: TransitionCause): boolean {
    const moved = state.kind !== this.#state.kind;
    this.#state = state;
    if (moved) this.#beginEpoch(state);
    this.#share();
    if (!moved) return false;
    this.#first?.(state, this.#epoch, cause);
    // A listener may add others, which hear of later transitions.
    for (const listener of [...(this.#listeners ?? [])])
      callListener('circuit.onTransition', () => listener(state, this.#epoch, cause));
    return true;
  }

  #share(): void {
    const state = this.#state;
    const isRamping = state.kind === 'closed' && state.ramp !== undefined;
    this.#admission = isRamping || this.#nextCall ? undefined : this.#shared;
  }

  #beginEpoch(state: CircuitState): void {
    this.#epoch += 1;
    this.#shared = isAdmitting(state) ? new Admission(this, this.#epoch, 0) : undefined;
    this.#windows = NO_WINDOWS;
    this.#rejections = undefined;
    this.outside.heldUntil = 0;
  }
}

brand({ Circuit });
