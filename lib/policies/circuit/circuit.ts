import { RetryBudget } from '../../core/budget.js';
import { Admission, type CircuitGate } from '../../core/call.js';
import { CircuitOpenError } from '../../core/errors.js';
import type { Random } from '../../core/random.js';
import type { CircuitRules } from './rules.js';
import type { Tally } from './rates.js';
import type { Shares } from './row.js';
import {
  admit,
  asOf,
  attemptFailed,
  CLOSED,
  type CircuitState,
  type Failed,
  forcedClosed,
  isRefusing,
  type Outcome,
  resetFrom,
  retryAfterMs,
  settle,
} from './state.js';
import { type SavedCircuit, savedCircuit, savedStateAt, savedWindowsAt } from './saved.js';
import { including, NO_WINDOWS, windowOf } from './windows.js';

/** A circuit's memory: the state, and the epoch that grows by one with every transition. */
export class Circuit implements CircuitGate {
  readonly budget = new RetryBudget();
  #state: CircuitState = CLOSED;
  #epoch = 0;
  /** The terms that all calls of the epoch share while it is closed. */
  #terms: Admission | undefined = new Admission(this, 0, 0);
  #admission = this.#terms;
  #windows = NO_WINDOWS;
  #refusal: CircuitOpenError | undefined;
  #listeners: Set<() => void> | undefined;
  /** As the method says that asked last: a reset by hand knows no rules of its own. */
  #rampUpMs = 0;

  constructor(readonly name: string) {}

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

  /** What was seen of the calls lately, through the newest window; undefined where no rule looks through a window, or nothing was seen. */
  tallyAt(now: number): Tally | undefined {
    const latest = this.#windows.at(-1);
    latest?.forget(now);
    return latest;
  }

  /** The terms that all calls share while it is closed and lets all of them through; undefined while it does not. */
  get admission(): Admission | undefined {
    return this.#admission;
  }

  /** Whether it is open and refuses at this moment: the question of every call while it is, so it makes nothing new. */
  isRefusing(now: number): boolean {
    return this.#state.kind === 'open' && isRefusing(this.#state, now);
  }

  /** The terms for a call, or undefined when it is refused. The epoch shows whether it became half-open by that. */
  admit(now: number, rules: CircuitRules): Admission | undefined {
    this.#rampUpMs = rules.rampUpMs;
    const { state, lease } = admit(this.#state, now, rules);
    this.#become(state);
    if (lease === undefined) return undefined;
    return this.#terms ?? new Admission(this, this.#epoch, lease);
  }

  /**
   * Counts a failed attempt of a call that goes on, as one of `of` equal shares of a failure; true when that opened the
   * circuit. The same shares are to be handed to `settle` as `counted`. An attempt of an older epoch decides nothing.
   */
  attemptFailed(
    of: number,
    { epoch }: Admission,
    now: number,
    rules: CircuitRules,
    random: Random,
    failed?: Failed,
  ): boolean {
    if (epoch !== this.#epoch) return false;
    return this.#become(attemptFailed(this.#state, of, now, rules, random, failed));
  }

  /** Counts the outcome of a call; true when that changed the kind of state. A result of an older epoch decides nothing. */
  settle(
    outcome: Outcome,
    admission: Admission,
    now: number,
    rules: CircuitRules,
    random: Random,
    failed: Failed & { readonly counted?: Shares | undefined } = {},
  ): boolean {
    const { epoch, lease } = admission;
    if (epoch !== this.#epoch) return false;
    this.#rampUpMs = rules.rampUpMs;
    const isSlow = rules.rates !== undefined && now - admission.since > rules.rates.slowCallMs;
    const tally = this.#seen(outcome, isSlow, now, rules);
    const { counted, retryAfterMs } = failed;
    const ending = { outcome, lease, tally, isSlow, counted, retryAfterMs };
    return this.#become(settle(this.#state, ending, now, rules, random));
  }

  /** Rejects every call until `reset()`; false when it did already. */
  isolate(reason?: string): boolean {
    return this.#become({ kind: 'isolated', reason });
  }

  /** Counts everything and admits every call until `reset()`; false when it did already. */
  forceClosed(reason?: string): boolean {
    return this.#become(forcedClosed(reason));
  }

  /** Closes and forgets what was counted; false when it was closed already. Ramps up if calls were rejected until now. */
  reset(now: number): boolean {
    this.#windows = NO_WINDOWS;
    return this.#become(resetFrom(this.#state, now, this.#rampUpMs));
  }

  /** Takes over a state from outside; false when its kind is that of the present one. */
  adopt(state: CircuitState): boolean {
    return this.#become(state);
  }

  /** What a later process needs to go on from here, as plain JSON. */
  saved(now: number): SavedCircuit {
    return savedCircuit(this.stateAt(now), this.#windows, now);
  }

  /** Goes on from what another process saved; true when that changed the kind of state. */
  restore(saved: SavedCircuit, now: number): boolean {
    const moved = this.#become(savedStateAt(saved, now));
    this.#windows = savedWindowsAt(saved, now);
    return moved;
  }

  /** Refuses a call that nothing answers in place of, with an error of its own. */
  refuse(now: () => number): Promise<never> {
    return Promise.reject(this.refusalOf(now));
  }

  /** An error of its own for a call that nothing answers in place of. */
  refusalOf(now: () => number): CircuitOpenError {
    const wait = (): number => retryAfterMs(this.#state, now());
    return new CircuitOpenError({
      circuit: this.name,
      get retryAfterMs() {
        return wait();
      },
    });
  }

  /** The error that fallbacks are given: one for as long as the state is of one kind, since one for each call is dear. */
  refusal(now: () => number): CircuitOpenError {
    return (this.#refusal ??= this.refusalOf(now));
  }

  hasTurnedAway(epoch: number): boolean {
    return epoch !== this.#epoch && this.#state.kind !== 'closed' && this.#state.kind !== 'forced-closed';
  }

  onRefusing(listener: () => void): () => void {
    const listeners = (this.#listeners ??= new Set());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** What the window shows with this call in it, if the rules look through one. */
  #seen(outcome: Outcome, isSlow: boolean, now: number, { rates }: CircuitRules): Tally | undefined {
    if (this.#state.kind !== 'closed' && this.#state.kind !== 'forced-closed') return undefined;
    if (outcome !== 'success' && outcome !== 'failure') return undefined;
    if (rates) this.#windows = including(this.#windows, rates.window, now);
    const failures = outcome === 'failure' ? 1 : 0;
    const slow = isSlow ? 1 : 0;
    for (const window of this.#windows) window.add(1, failures, slow, now);
    return rates && windowOf(this.#windows, rates.window);
  }

  #become(state: CircuitState): boolean {
    const moved = state.kind !== this.#state.kind;
    this.#state = state;
    if (moved) this.#beginEpoch(state);
    this.#admission = state.kind === 'closed' && state.ramp ? undefined : this.#terms;
    return moved;
  }

  #beginEpoch(state: CircuitState): void {
    this.#epoch += 1;
    const isAdmitting = state.kind === 'closed' || state.kind === 'forced-closed';
    this.#terms = isAdmitting ? new Admission(this, this.#epoch, 0) : undefined;
    this.#windows = NO_WINDOWS;
    this.#refusal = undefined;
    if (state.kind === 'open' || state.kind === 'isolated')
      for (const listener of [...(this.#listeners ?? [])]) listener();
  }
}
