import type { CircuitStateName } from '../../core/events.js';

/** Transitions of one kind. `reason` says which rule was broken, if the circuit opened by itself. */
export interface TransitionCount {
  readonly state: CircuitStateName;
  readonly reason?: string;
  readonly count: number;
}

/** What is counted of a circuit. */
export class CircuitCounts {
  refused = 0;
  wouldHaveRefused = 0;
  #transitions: Map<string, number> | undefined;

  /** @param whole counts everything too: all circuits of one name have one */
  constructor(readonly whole?: CircuitCounts) {}

  /** A call was refused, or would have been if the circuit did not only watch. */
  refuse(isShadow: boolean): void {
    if (isShadow) this.wouldHaveRefused += 1;
    else this.refused += 1;
    this.whole?.refuse(isShadow);
  }

  transit(state: CircuitStateName, reason?: string): void {
    const key = reason === undefined ? state : `${state} ${reason}`;
    this.#transitions ??= new Map();
    this.#transitions.set(key, (this.#transitions.get(key) ?? 0) + 1);
    this.whole?.transit(state, reason);
  }

  get transitions(): readonly TransitionCount[] {
    return [...(this.#transitions ?? [])].map(([key, count]) => {
      const [state, reason] = key.split(' ') as [CircuitStateName, string?];
      return { state, ...(reason !== undefined && { reason }), count };
    });
  }
}
