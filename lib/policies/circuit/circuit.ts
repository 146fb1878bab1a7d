import { Admission, type CircuitPort } from '../../call/call.js';
import { RetryBudget } from '../../call/retry-budget.js';
import { brand } from '../../core/brand.js';
import type { CircuitOpenError } from '../../core/errors.js';
import type { Random } from '../../core/random.js';
import { BY_HAND, type OnTransition, type TransitionCause } from './cause.js';
import { CircuitCounts } from './counts.js';
import { Outside } from './outside.js';
import type { CircuitRules } from './rules.js';
import type { Tally } from './rates.js';
import type { Shares } from './row.js';
import { type Rejections, rejectionsOf } from './rejections.js';
import { type SavedCircuit, savedCircuit, savedStateAt, savedWindowsAt } from './saved.js';
import {
  admit,
  asOf,
  attemptFailed,
  CLOSED,
  type CircuitState,
  type Failed,
  forcedClosed,
  isAdmitting,
  isRefusing,
  type Outcome,
  resetFrom,
  settle,
} from './state.js';
import { including, NO_WINDOWS, windowOf } from './windows.js';

/**
 * A circuit's memory: the state, and the epoch that grows by one with every transition. Whoever wants to know of a
 * transition subscribes.
 */
export class Circuit implements CircuitPort {
  readonly budget = new RetryBudget();
  /** True if the method that used it last only watches. */
  isShadow = false;
  readonly outside = new Outside();
  /** The rules of the method that uses it, or that used it last. */
  rules: CircuitRules | undefined;
  #nextCall: (() => void) | undefined;
  #state: CircuitState = CLOSED;
  #epoch = 0;
  /** The admission that all calls of the epoch share while it is closed. */
  #shared: Admission | undefined = new Admission(this, 0, 0);
  #admission = this.#shared;
  #windows = NO_WINDOWS;
  #rejections: Rejections | undefined;
  #listeners: Set<OnTransition> | undefined;
  /** Of the method that asked last: a reset by hand knows no rules of its own. */
  #rampUpMs = 0;

  /**
   * @param first subscribes for as long as the circuit lives, before all others
   * @param counts what is counted of it
   */
  constructor(
    readonly name: string,
    first?: OnTransition,
    readonly counts = new CircuitCounts(),
  ) {
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
  admit(now: number, rules: CircuitRules, cause: TransitionCause = BY_HAND): Admission | undefined {
    this.#rampUpMs = rules.rampUpMs;
    const { state, lease } = admit(this.#state, now, rules);
    this.#become(state, cause);
    if (lease === undefined) return undefined;
    return this.#shared ?? new Admission(this, this.#epoch, lease);
  }

  /**
   * Counts a failed attempt of a call that goes on, as one of `of` equal shares of a failure; true if that opened the
   * circuit. The same shares are given to `settle` as `counted`. An attempt of an older epoch decides nothing.
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

  /** Counts how a call ended; true if that moved the circuit. A result of an older epoch decides nothing. */
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
    this.#rampUpMs = rules.rampUpMs;
    const isSlow = rules.rates !== undefined && now - since > rules.rates.slowCallMs;
    const tally = this.#count(outcome, isSlow, now, rules);
    const ending = { outcome, lease, tally, isSlow, counted, retryAfterMs };
    const moved = this.#become(settle(before, ending, now, rules, random), cause);
    this.outside.moved(before, this.#state, outcome);
    return moved;
  }

  /** Calls back once, at the next call: until then no call takes the shared admission. */
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

  /** Rejects everything until `reset()`; false if it did already. */
  isolate(reason?: string): boolean {
    return this.#become({ kind: 'isolated', reason }, BY_HAND);
  }

  /** Counts everything and admits every call until `reset()`; false if it did already. */
  forceClosed(reason?: string): boolean {
    return this.#become(forcedClosed(reason), BY_HAND);
  }

  /** Closes and forgets what was counted; false if it was closed already. Ramps up if calls were rejected until now. */
  reset(now: number): boolean {
    this.#windows = NO_WINDOWS;
    return this.#become(resetFrom(this.#state, now, this.#rampUpMs), BY_HAND);
  }

  /** What a later process needs to go on from here, as plain JSON. */
  saved(now: number): SavedCircuit {
    return savedCircuit(this.stateAt(now), this.#windows, now);
  }

  /** Goes on from what another process saved; true if that changed the kind of state. */
  restore(saved: SavedCircuit, now: number): boolean {
    const moved = this.#become(savedStateAt(saved, now), BY_HAND);
    this.#windows = savedWindowsAt(saved, now);
    return moved;
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
    return epoch !== this.#epoch && !isAdmitting(this.#state);
  }

  /** The error of a call that it rejects: one for each call. */
  rejection(now: () => number, method?: string): CircuitOpenError {
    return this.#rejectionsBy(now).thrown(method);
  }

  /** The error that a fallback is given: the same, but it costs next to nothing. */
  rejectionForFallback(now: () => number, method: string): CircuitOpenError {
    return this.#rejectionsBy(now).given(method);
  }

  #rejectionsBy(now: () => number): Rejections {
    return (this.#rejections ??= rejectionsOf(this.name, this.#state.kind, () =>
      this.outside.retryAfterMs(this.#state, now()),
    ));
  }

  /** What the window shows with this call in it, if the rules look through one. */
  #count(outcome: Outcome, isSlow: boolean, now: number, { rates }: CircuitRules): Tally | undefined {
    if (!isAdmitting(this.#state) || (outcome !== 'success' && outcome !== 'failure')) return undefined;
    if (rates) this.#windows = including(this.#windows, rates.window, now);
    for (const window of this.#windows) window.add(1, outcome === 'failure' ? 1 : 0, isSlow ? 1 : 0, now);
    return rates && windowOf(this.#windows, rates.window);
  }

  #become(state: CircuitState, cause: TransitionCause): boolean {
    const moved = state.kind !== this.#state.kind;
    this.#state = state;
    if (moved) this.#beginEpoch(state);
    this.#share();
    if (moved && this.#listeners) for (const listener of [...this.#listeners]) listener(state, this.#epoch, cause);
    return moved;
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
