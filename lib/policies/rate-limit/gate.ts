import { asOf, type Closed, type GateState, limited, OPEN } from './state.js';

/** How often gates of one name have closed. */
export interface GateCounts {
  closings: number;
}

/** A gate's memory. Nothing runs while it is closed: it is open again when somebody looks and its time is over. */
export class Gate {
  #state: GateState = OPEN;
  /** Calls that wait for it to open. */
  waiting = 0;

  /** @param counts what is counted of all gates of one name */
  constructor(readonly counts: GateCounts = { closings: 0 }) {}

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
    if (wasOpen) this.counts.closings += 1;
    return wasOpen;
  }
}
