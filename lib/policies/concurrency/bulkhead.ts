import { Line, type Place } from '../../core/line.js';
import { type AdaptiveRules, type AdaptiveState, adapt, initialState, DEFAULT_RULES } from './adaptive.js';

/** A waiting call in the queue. Its value is called when the call has got a permit. */
export type PlaceInLine = Place<() => void>;

/**
 * The permits of one bulkhead. Each admitted call must release its permit exactly once. While calls wait, no permit is
 * free, so the order is kept.
 */
export class Bulkhead {
  readonly #line = new Line<() => void>();
  #atWork = 0;
  #limit = 1;
  #adaptive: AdaptiveState | undefined;
  #rules = DEFAULT_RULES;
  #abandoned = 0;

  /** The current limit of concurrent calls. */
  get limit(): number {
    return this.#limit;
  }

  get atWork(): number {
    return this.#atWork;
  }

  /** Permits of calls whose caller is gone but whose method is still running. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** True if no call runs or waits. */
  get isUnused(): boolean {
    return this.#atWork === 0 && this.#line.length === 0;
  }

  /** True if it may be deleted: no call uses it, and it has no adaptive limit. */
  get isIdle(): boolean {
    return this.isUnused && !this.#adaptive;
  }

  get isHalfUsed(): boolean {
    return this.#atWork >= this.#limit / 2;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** Sets the limit. An adaptive limit keeps its state. Running calls are not affected. */
  resize(limit: number | 'adaptive', rules: AdaptiveRules = DEFAULT_RULES): void {
    this.#rules = rules;
    if (limit !== 'adaptive') {
      this.#adaptive = undefined;
      this.#setLimit(limit);
      return;
    }
    const learnt = this.#adaptive ?? initialState(rules);
    this.#adaptTo({ ...learnt, limit: Math.max(rules.min, Math.min(rules.max, learnt.limit)) });
  }

  /** Takes a permit. False if none is free. */
  enter(): boolean {
    if (this.#atWork >= this.#limit) return false;
    this.#atWork += 1;
    return true;
  }

  /** Releases a permit. */
  leave(): void {
    this.#atWork -= 1;
    this.#setLimit(this.#limit);
  }

  /** Notes that the caller is gone but the method still runs: the permit is not released yet. */
  abandon(): void {
    this.#abandoned += 1;
  }

  /** Releases the permit of an abandoned method that has ended. */
  leaveAbandoned(): void {
    this.#abandoned -= 1;
    this.leave();
  }

  /** Waits in the queue. `admit` is called when the call has got a permit. Use it only if no permit is free. */
  waitInLine(admit: () => void): PlaceInLine {
    return this.#line.join(admit);
  }

  /** Leaves the queue. Only for a call that has not been admitted. */
  quit(place: PlaceInLine): void {
    this.#line.leave(place);
  }

  /** Adjusts an adaptive limit by a call's latency and the number of calls that were running when it began. */
  took(latencyMs: number, atWork: number): void {
    if (this.#adaptive) this.#adaptTo(adapt(this.#adaptive, { latencyMs, atWork }, this.#rules));
  }

  /** Reduces an adaptive limit after a transient failure. */
  failed(): void {
    if (this.#adaptive) this.#adaptTo(adapt(this.#adaptive, 'failure', this.#rules));
  }

  #adaptTo(state: AdaptiveState): void {
    this.#adaptive = state;
    this.#setLimit(Math.floor(state.limit));
  }

  #setLimit(limit: number): void {
    this.#limit = limit;
    while (this.#line.length > 0 && this.enter()) this.#line.next()!();
  }
}
