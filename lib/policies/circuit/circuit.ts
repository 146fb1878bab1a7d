import { RetryBudget } from '../../core/budget.js';
import { Admission, type CircuitGate } from '../../core/call.js';
import { CircuitOpenError } from '../../core/errors.js';
import type { Random } from '../../core/random.js';
import type { CircuitRules } from './rules.js';
import { admit, asOf, CLOSED, type CircuitState, isRefusing, type Outcome, retryAfterMs, settle } from './state.js';

/** A circuit's memory: the state, and the epoch that grows by one with every transition. */
export class Circuit implements CircuitGate {
  readonly budget = new RetryBudget();
  #state: CircuitState = CLOSED;
  #epoch = 0;
  #admission: Admission | undefined = new Admission(this, 0, 0);
  #refusal: CircuitOpenError | undefined;
  #listeners: Set<() => void> | undefined;

  constructor(readonly name: string) {}

  get epoch(): number {
    return this.#epoch;
  }

  /** Closed, and no failure counted: a success changes nothing. */
  get isPristine(): boolean {
    return this.#state === CLOSED;
  }

  /** The state as it is now; asking changes nothing. */
  stateAt(now: number): CircuitState {
    return asOf(this.#state, now);
  }

  /** The terms that all calls share while it is closed; undefined while it is not. */
  get admission(): Admission | undefined {
    return this.#admission;
  }

  /** Whether it is open and refuses at this moment: the question of every call while it is, so it makes nothing new. */
  isRefusing(now: number): boolean {
    return this.#state.kind === 'open' && isRefusing(this.#state, now);
  }

  /** The terms for a call, or undefined when it is refused. The epoch shows whether it became half-open by that. */
  admit(now: number, rules: CircuitRules): Admission | undefined {
    const decision = admit(this.#state, now, rules);
    if (!decision) return undefined;
    this.#become(decision.state);
    return this.#admission ?? new Admission(this, this.#epoch, decision.lease);
  }

  /** Counts what became of a call; true when that changed the kind of state. A result of an older epoch decides nothing. */
  settle(outcome: Outcome, { epoch, lease }: Admission, now: number, rules: CircuitRules, random: Random): boolean {
    return epoch === this.#epoch && this.#become(settle(this.#state, outcome, lease, now, rules, random));
  }

  /** Refuses everything until `reset()`; false when it did already. */
  isolate(reason?: string): boolean {
    return this.#become({ kind: 'isolated', reason });
  }

  /** Closes, whatever was before; false when it was closed already. */
  reset(): boolean {
    return this.#become(CLOSED);
  }

  /** Refuses a call that nothing answers in place of, with an error of its own. */
  refuse(now: () => number): Promise<never> {
    return Promise.reject(this.refusalOf(now));
  }

  /** An error of its own for a call that nothing answers in place of. */
  refusalOf(now: () => number): CircuitOpenError {
    return this.#newRefusal(now);
  }

  /** The error that fallbacks are given: one for each period of refusals, since an error for each call is dear. */
  refusal(now: () => number): CircuitOpenError {
    this.#refusal ??= this.#newRefusal(now);
    return this.#refusal;
  }

  hasTurnedAway(epoch: number): boolean {
    return epoch !== this.#epoch && this.#admission === undefined;
  }

  onRefusing(listener: () => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  #newRefusal(now: () => number): CircuitOpenError {
    const wait = (): number => retryAfterMs(this.#state, now());
    return new CircuitOpenError({
      circuit: this.name,
      get retryAfterMs() {
        return wait();
      },
    });
  }

  #become(state: CircuitState): boolean {
    const moved = state.kind !== this.#state.kind;
    this.#state = state;
    if (!moved) return false;
    this.#epoch += 1;
    this.#admission = state.kind === 'closed' ? new Admission(this, this.#epoch, 0) : undefined;
    if (state.kind !== 'half-open') this.#refusal = undefined;
    if (state.kind === 'open' || state.kind === 'isolated')
      for (const listener of [...(this.#listeners ?? [])]) listener();
    return true;
  }
}
