import { hostname } from 'node:os';
import { type CountedMethod, countedMethods } from '../runtime/counted.js';
import { type FleetCircuit, joinedFleet } from '../runtime/fleets.js';
import { inspect } from '../runtime/inspect.js';
import type { Inspection } from '../runtime/inspection.js';
import { runtime } from '../runtime/runtime.js';
import { type PolicySettings, settingsOfMethod } from '../runtime/settings-of-method.js';

/** The fleet that a process has joined. */
export interface FleetState {
  readonly name: string;
  readonly store: 'connected' | 'degraded';
  /** Undefined while the store does not answer. */
  readonly circuits?: readonly FleetCircuit[];
}

/** The data of one process for the page. */
export interface State {
  /** The id of the process. */
  readonly source: string;
  readonly inspection: Inspection;
  /** Undefined in messages that do not contain the settings. */
  readonly settings?: Settings;
  readonly fleet?: FleetState;
}

/** The settings in effect, by method. */
export type Settings = Readonly<Record<string, readonly PolicySettings[]>>;

export const SOURCE = `${hostname()}:${process.pid}`;

export function stateOf(keys: boolean, fleet: FleetState | undefined, settings?: Settings): State {
  return { source: SOURCE, inspection: inspect({ keys }), ...(settings && { settings }), ...(fleet && { fleet }) };
}

let described: { readonly version: number; readonly methods: number; readonly settings: Settings } | undefined;

/** Returns the same object until something changes, because describing the settings is expensive. */
export function settingsNow(): Settings {
  const { version } = runtime;
  const counted = countedMethods();
  if (described?.version !== version || described.methods !== counted.size) {
    const settings = [...counted].map(([method, [first]]) => [method, settingsOf(first as CountedMethod)]);
    described = { version, methods: counted.size, settings: Object.fromEntries(settings) };
  }
  return described.settings;
}

/** Reads the fleet from its store. Undefined if this process has not joined a fleet. */
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

function settingsOf(method: CountedMethod): readonly PolicySettings[] {
  try {
    return settingsOfMethod(method);
  } catch {
    // With invalid settings, every call of the method reports them.
    return [];
  }
}
