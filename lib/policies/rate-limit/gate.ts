import { asOf, type Closed, type GateState, limited, OPEN } from './state.js';

/** A gate's memory. Nothing runs while it is closed: it is open again when somebody looks and its time is over. */
export class Gate {
  #state: GateState = OPEN;
  #listener: ((ms: number) => void) | undefined;

  /** Whether nobody need look at the clock: the question of every healthy call. */
  get isOpen(): boolean {
    return this.#state === OPEN;
  }

  /** How it is closed at this moment; undefined when it is open. */
  closedAt(now: number): Closed | undefined {
    this.#state = asOf(this.#state, now);
    return this.#state.kind === 'closed' ? this.#state : undefined;
  }

  /** Closes it for at least `ms`; true when it was open until now. */
  close(ms: number, now: number): boolean {
    const wasOpen = this.closedAt(now) === undefined;
    this.#state = limited(this.#state, ms, now);
    this.#listener?.(ms);
    return wasOpen;
  }

  /** Calls back whenever it is closed, with for how long. @returns a function that ends it */
  onClosed(listener: (ms: number) => void): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }
}
