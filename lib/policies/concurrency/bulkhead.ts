import { Line, type Place } from '../../core/line.js';
import { type AdaptiveRules, type AdaptiveState, adapt, initialState, USUAL } from './adaptive.js';

/** A place in line for a permit; its value is called with the permit taken. */
export type PlaceInLine = Place<() => void>;

/**
 * The permits of one method. Whoever is let in brings his permit back exactly once. While anybody stands in line no
 * permit is free, so nobody is overtaken.
 */
export class Bulkhead {
  readonly #line = new Line<() => void>();
  #atWork = 0;
  #limit = 1;
  #adaptive: AdaptiveState | undefined;
  #rules = USUAL;
  #abandoned = 0;

  /** Calls at a time, as things are now. */
  get limit(): number {
    return this.#limit;
  }

  get atWork(): number {
    return this.#atWork;
  }

  /** Permits that are kept by calls whose caller is gone, until the method has really ended. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** True if nobody is in it or waits for it. */
  get isUnused(): boolean {
    return this.#atWork === 0 && this.#line.length === 0;
  }

  /** True if it may be forgotten: nobody uses it, and it has learnt nothing. */
  get isIdle(): boolean {
    return this.isUnused && !this.#adaptive;
  }

  get isHalfUsed(): boolean {
    return this.#atWork >= this.#limit / 2;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** What the limit is from now on. An adaptive one keeps what it has learnt. Calls at work are not disturbed. */
  resize(limit: number | 'adaptive', rules: AdaptiveRules = USUAL): void {
    this.#rules = rules;
    if (limit !== 'adaptive') {
      this.#adaptive = undefined;
      this.#letIn(limit);
      return;
    }
    const learnt = this.#adaptive ?? initialState(rules);
    this.#adaptTo({ ...learnt, limit: Math.max(rules.min, Math.min(rules.max, learnt.limit)) });
  }

  /** Takes a permit where one is free. */
  enter(): boolean {
    if (this.#atWork >= this.#limit) return false;
    this.#atWork += 1;
    return true;
  }

  /** Brings a permit back. */
  leave(): void {
    this.#atWork -= 1;
    this.#letIn(this.#limit);
  }

  /** The caller is gone, and the method still runs: the permit stays where it is. */
  abandon(): void {
    this.#abandoned += 1;
  }

  /** A method that was abandoned has ended: brings its permit back. */
  leaveAbandoned(): void {
    this.#abandoned -= 1;
    this.leave();
  }

  /** Stands in line where no permit is free; `admit` is called with the permit taken. */
  waitInLine(admit: () => void): PlaceInLine {
    return this.#line.join(admit);
  }

  /** Gives up a place in the line. Only for one who has not been admitted. */
  quit(place: PlaceInLine): void {
    this.#line.leave(place);
  }

  /** How long a call took, and how many were at work as it began, which moves an adaptive limit. */
  took(latencyMs: number, atWork: number): void {
    if (this.#adaptive) this.#adaptTo(adapt(this.#adaptive, { latencyMs, atWork }, this.#rules));
  }

  /** A call failed transiently, which shrinks an adaptive limit. */
  failed(): void {
    if (this.#adaptive) this.#adaptTo(adapt(this.#adaptive, 'failure', this.#rules));
  }

  #adaptTo(state: AdaptiveState): void {
    this.#adaptive = state;
    this.#letIn(Math.floor(state.limit));
  }

  #letIn(limit: number): void {
    this.#limit = limit;
    while (this.#line.length > 0 && this.enter()) this.#line.next()!();
  }
}
