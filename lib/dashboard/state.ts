import { hostname } from 'node:os';
import { type CountedMethod, countedMethods, type PolicySettings } from '../runtime/counted.js';
import { type FleetCircuit, joinedFleet } from '../runtime/fleets.js';
import { inspect } from '../runtime/inspect.js';
import type { Inspection } from '../runtime/inspection.js';

/** The fleet that a process has joined. */
export interface FleetState {
  readonly name: string;
  readonly store: 'connected' | 'degraded';
  /** Undefined while the store does not answer. */
  readonly circuits?: readonly FleetCircuit[];
}

/** What the page shows of one process. */
export interface State {
  /** Tells processes from one another. */
  readonly source: string;
  readonly inspection: Inspection;
  readonly settings: Readonly<Record<string, readonly PolicySettings[]>>;
  readonly fleet?: FleetState;
}

export const SOURCE = `${hostname()}:${process.pid}`;

export function stateOf(keys: boolean, fleet: FleetState | undefined): State {
  const settings = [...countedMethods()].map(([method, [first]]) => [method, settingsOf(first as CountedMethod)]);
  return {
    source: SOURCE,
    inspection: inspect({ keys }),
    settings: Object.fromEntries(settings),
    ...(fleet && { fleet }),
  };
}

/** Asks the store. Undefined if this process is in no fleet. */
export async function fleetState(): Promise<FleetState | undefined> {
  const fleet = joinedFleet();
  if (!fleet) return undefined;
  const { name } = fleet;
  try {
    const circuits = await fleet.circuits();
    return { name, store: fleet.store, circuits };
  } catch {
    return { name, store: 'degraded' };
  }
}

function settingsOf({ settings }: CountedMethod): readonly PolicySettings[] {
  try {
    return settings();
  } catch {
    // Settings that are wrong: every call says so.
    return [];
  }
}
