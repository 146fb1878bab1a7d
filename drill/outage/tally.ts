import type { PhaseName } from './scenario.js';

export type Outcome = 'answered' | 'fallback' | 'failed';

/** The outcomes of some questions. */
export interface Count {
  answered: number;
  fallback: number;
  failed: number;
  /** Requests sent to the upstream, retries included. */
  requests: number;
  /** Milliseconds until each caller had an outcome. */
  readonly latencies: number[];
}

/** The counts of one side, by phase. */
export class Tally {
  readonly #phases = new Map<PhaseName, Count>();
  #phase: PhaseName | undefined;
  /** Callers without an outcome yet. */
  waiting = 0;

  enter(phase: PhaseName): void {
    this.#phase = phase;
    this.#phases.set(phase, emptyCount());
  }

  /** A request counts in the phase in which it is sent. Before the first phase it does not count. */
  countRequest(): void {
    const count = this.#phase && this.#phases.get(this.#phase);
    if (count) count.requests += 1;
  }

  /** A question counts in the phase in which it was asked, however late its outcome. */
  count(phase: PhaseName, outcome: Outcome, latencyMs: number): void {
    const count = this.of(phase);
    count[outcome] += 1;
    count.latencies.push(latencyMs);
  }

  of(phase: PhaseName): Count {
    return this.#phases.get(phase) ?? emptyCount();
  }

  total(): Count {
    const total = emptyCount();
    for (const count of this.#phases.values()) {
      for (const key of ['answered', 'fallback', 'failed', 'requests'] as const) total[key] += count[key];
      total.latencies.push(...count.latencies);
    }
    return total;
  }
}

/** The smallest value that a share of all values does not exceed (the nearest-rank method); 0 if there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function emptyCount(): Count {
  return { answered: 0, fallback: 0, failed: 0, requests: 0, latencies: [] };
}
