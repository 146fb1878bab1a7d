// The fleet that this process has joined, for whoever shows it or moves its circuits. `holdfast/fleet` fills this in:
// nothing of it is loaded here.
import { shared } from '../core/shared.js';
import type { FleetStats } from './fleet-stats.js';

/** A circuit as the whole fleet has it. */
export interface FleetCircuit {
  /** Its name. The key of a keyed circuit appears as a hash. */
  readonly name: string;
  readonly state: 'closed' | 'open' | 'half-open' | 'isolated';
  /** Milliseconds until the fleet probes; null while it is isolated without an end. */
  readonly openInMs: number | null;
  /** Times in a row that the fleet opened. */
  readonly trips: number;
  /** Members that have finished calls lately. */
  readonly present: number;
  /** Members that vote to open. */
  readonly votes: number;
  /** What caused the state, or the reason that `isolate` was given. */
  readonly why: string;
}

export interface JoinedFleet {
  readonly name: string;
  /** `degraded`: the store does not answer, and every circuit acts alone. */
  readonly store: 'connected' | 'degraded';
  /** Asks the store; rejects if it does not answer. */
  circuits(): Promise<readonly FleetCircuit[]>;
  isolate(circuit: string, isolation: { readonly reason?: string }): Promise<void>;
  reset(circuit: string): Promise<void>;
}

type ReadStats = (now: number) => FleetStats;

const state: { fleet?: JoinedFleet; stats?: ReadStats } = shared('runtime.fleets', () => ({}));

/** Undefined if this process is in no fleet. */
export function joinedFleet(): JoinedFleet | undefined {
  return state.fleet;
}

/** What `inspect()` shows of the fleet; undefined if this process is in none. */
export function fleetStats(now: number): FleetStats | undefined {
  return state.stats?.(now);
}

/** @returns a function that takes it back */
export function enterFleet(fleet: JoinedFleet, stats: ReadStats): () => void {
  Object.assign(state, { fleet, stats });
  return () => {
    if (state.fleet !== fleet) return;
    delete state.fleet;
    delete state.stats;
  };
}
