// The fleet that this process has joined, for code that shows it or changes its circuits. `holdfast/fleet` sets it, so
// that this module need not load `holdfast/fleet`.
import { shared } from '../core/shared.js';
import type { FleetStats } from './fleet-stats.js';

/** The state of a circuit in the whole fleet. */
export interface FleetCircuit {
  /** Its name. The key of a keyed circuit appears as a hash. */
  readonly name: string;
  readonly state: 'closed' | 'open' | 'half-open' | 'isolated';
  /** Milliseconds until the fleet probes; null while it is isolated without a time limit. */
  readonly openInMs: number | null;
  /** How often in a row the fleet opened it. */
  readonly trips: number;
  /** Members that finished calls recently. */
  readonly present: number;
  /** Members that vote to open. */
  readonly votes: number;
  /** The cause of the state, or the reason that was passed to `isolate`. */
  readonly why: string;
}

export interface JoinedFleet {
  readonly name: string;
  /** `degraded`: the store does not answer, and every circuit works without the fleet. */
  readonly store: 'connected' | 'degraded';
  /** Reads the circuits from the store; rejects if the store does not answer. */
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

/** The part of `inspect()` about the fleet; undefined if this process is in no fleet. */
export function fleetStats(now: number): FleetStats | undefined {
  return state.stats?.(now);
}

/** Sets the fleet of this process. @returns a function that undoes it */
export function enterFleet(fleet: JoinedFleet, stats: ReadStats): () => void {
  Object.assign(state, { fleet, stats });
  return () => {
    if (state.fleet !== fleet) return;
    delete state.fleet;
    delete state.stats;
  };
}
