import type { CircuitStateName } from '../../core/events.js';

/** The number of transitions of one kind. `reason`: the rule that opened the circuit. */
export interface TransitionCount {
  readonly state: CircuitStateName;
  readonly reason?: string;
  readonly count: number;
}

/** The counters of a circuit. */
export class CircuitCounts {
  refused = 0;
  wouldHaveRefused = 0;
  #transitions: Map<string, number> | undefined;

  /** @param whole counts everything as well: the total of all circuits of one name */
  constructor(readonly total?: CircuitCounts) {}

  /** Counts a rejected call. */
  refuse(): void {
    this.refused += 1;
    if (this.total) this.total.refuse();
  }

  /** Counts a call that a circuit that only watches would have rejected. */
  refuseInShadow(): void {
    this.wouldHaveRefused += 1;
    this.total?.refuseInShadow();
  }

  transit(state: CircuitStateName, reason?: string): void {
    const key = reason === undefined ? state : `${state} ${reason}`;
    this.#transitions ??= new Map();
    this.#transitions.set(key, (this.#transitions.get(key) ?? 0) + 1);
    this.total?.transit(state, reason);
  }

  get transitions(): readonly TransitionCount[] {
    return [...(this.#transitions ?? [])].map(([key, count]) => {
      const [state, reason] = key.split(' ') as [CircuitStateName, string?];
      return { state, ...(reason !== undefined && { reason }), count };
    });
  }
}
