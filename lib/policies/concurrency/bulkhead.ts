import { Line, type Place } from '../../core/line.js';
import { type AdaptiveState, adapt, INITIAL_STATE } from './adaptive.js';

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

  /** Calls at a time, as things are now. */
  get limit(): number {
    return this.#limit;
  }

  get atWork(): number {
    return this.#atWork;
  }

  get isHalfUsed(): boolean {
    return this.#atWork >= this.#limit / 2;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** What the limit is from now on. An adaptive one keeps what it has learnt. Calls at work are not disturbed. */
  resize(limit: number | 'adaptive'): void {
    this.#adaptive = limit === 'adaptive' ? (this.#adaptive ?? INITIAL_STATE) : undefined;
    this.#letIn(this.#adaptive ? Math.floor(this.#adaptive.limit) : (limit as number));
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
    if (this.#adaptive) this.#adaptTo(adapt(this.#adaptive, { latencyMs, atWork }));
  }

  /** A call failed transiently, which shrinks an adaptive limit. */
  failed(): void {
    if (this.#adaptive) this.#adaptTo(adapt(this.#adaptive, 'failure'));
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
