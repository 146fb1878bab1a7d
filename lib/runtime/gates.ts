import type { CircuitPort } from '../call/admission.js';
import { largest } from '../core/extremes.js';
import { shared } from '../core/shared.js';
import { Gate, type GateCounts } from '../policies/rate-limit/gate.js';
import { isShared } from './namesakes.js';
import { checkedName } from './names.js';
import { Registry } from './registry.js';
import { runtime } from './runtime.js';

const known = shared('runtime.gates', () => new Registry<Gate>());
const counts = shared('runtime.gateCounts', () => new Map<string, GateCounts>());

/** Gates of circuits that are not shared by name: one for each key, or the method's own. */
const ofCircuits = shared('runtime.gatesOfCircuits', () => new WeakMap<CircuitPort, Gate>());

/** The gate that all methods with this name for it share, also those behind the circuit with this name. */
export function gateNamed(name: string): Gate {
  return known.named(name, () => introduced(name, new Gate(countsOf(name))));
}

const named = shared('runtime.namedGates', () => new Map<string, Gate>());
const watchers = shared('runtime.gateWatchers', () => new Set<(name: string, gate: Gate) => void>());

function introduced(name: string, gate: Gate): Gate {
  named.set(name, gate);
  for (const watcher of watchers) watcher(name, gate);
  return gate;
}

/** Calls `watcher` for every gate that is shared by name, and for each new one. @returns a function that stops it */
export function watchGates(watcher: (name: string, gate: Gate) => void): () => void {
  for (const [name, gate] of named) watcher(name, gate);
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** A gate that belongs to one method. */
export function ownGate(method: string): Gate {
  return known.own(method, new Gate(countsOf(method)));
}

/** The gate that all methods behind a circuit share. */
export function gateOfCircuit(circuit: CircuitPort): Gate {
  if (isShared(circuit)) return gateNamed(circuit.name);
  let gate = ofCircuits.get(circuit);
  if (!gate) ofCircuits.set(circuit, (gate = ownGate(circuit.name)));
  return gate;
}

/** All gates with one name, and how often they have closed. */
export interface KnownGates {
  readonly name: string;
  readonly gates: readonly Gate[];
  readonly closings: number;
}

/** Every gate that has been used, by name. */
export function knownGates(): KnownGates[] {
  return known.names.map((name) => ({ name, gates: known.of(name), closings: countsOf(name).closings }));
}

/** The counters of all gates with one name. */
function countsOf(name: string): GateCounts {
  let found = counts.get(name);
  if (!found) counts.set(name, (found = { closings: 0 }));
  return found;
}

/** Opens the gates with this name, and the gates of these circuits. */
export function openGates(name: string, circuits: readonly CircuitPort[]): void {
  for (const each of known.of(name)) each.open();
  for (const circuit of circuits) {
    if (isShared(circuit)) for (const each of known.of(circuit.name)) each.open();
    else ofCircuits.get(circuit)?.open();
  }
}

/** Shows a gate of `@RespectRateLimit()`, and can open it. Reading changes nothing. */
export interface GateHandle {
  readonly name: string;
  /**
   * True while a new call must wait: until the end of the pause that the upstream asked for, or for its turn after it.
   */
  readonly isClosed: boolean;
  /** Milliseconds until a new call may pass; 0 if the gate is not closed. */
  readonly retryAfterMs: number;
  /** Calls that wait for the end of the pause, or for their turn after it. */
  readonly waiting: number;
  /** Ends the pause and the pacing after it: all calls pass. */
  open(): void;
}

/**
 * The gate with this name: the option `gate`, else the circuit's name, else the method's name. It need not have been
 * used yet. For a circuit with keys, it shows the gates of all keys together.
 * @throws {ConfigurationError} if `name` is not a name
 */
export function gate(name: string): GateHandle {
  return handle(checkedName('gate', name));
}

/** Every gate that has been used. */
export function gates(): GateHandle[] {
  return known.names.map(handle);
}

function handle(name: string): GateHandle {
  const now = (): number => runtime.clock.now();
  return {
    name,
    get isClosed() {
      return this.retryAfterMs > 0;
    },
    get retryAfterMs() {
      const waits = known.of(name).map((each) => each.retryAfterMs(now()));
      return largest(waits, 0);
    },
    get waiting() {
      return known.of(name).reduce((sum, each) => sum + each.waiting, 0);
    },
    open() {
      for (const each of known.of(name)) each.open();
    },
  };
}
