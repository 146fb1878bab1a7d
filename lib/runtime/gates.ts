import type { CircuitPort } from '../call/call.js';
import { shared } from '../core/shared.js';
import { Gate, type GateCounts } from '../policies/rate-limit/gate.js';
import { isShared } from './namesakes.js';
import { checkedName } from './names.js';
import { Registry } from './registry.js';
import { runtime } from './runtime.js';

const known = shared('runtime.gates', () => new Registry<Gate>());
const counts = shared('runtime.gateCounts', () => new Map<string, GateCounts>());

/** Gates of circuits that have no name of their own: one for each key, or the method's. */
const ofCircuits = shared('runtime.gatesOfCircuits', () => new WeakMap<CircuitPort, Gate>());

/** The gate that everyone who names it shares, those behind the circuit of that name among them. */
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

/** Calls `watcher` for every gate that has a name of its own, and for each new one. @returns a function that ends it */
export function watchGates(watcher: (name: string, gate: Gate) => void): () => void {
  for (const [name, gate] of named) watcher(name, gate);
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** A gate that belongs to one method. */
export function ownGate(method: string): Gate {
  return known.own(method, new Gate(countsOf(method)));
}

/** The gate that everyone behind a circuit shares. */
export function gateOfCircuit(circuit: CircuitPort): Gate {
  if (isShared(circuit)) return gateNamed(circuit.name);
  let gate = ofCircuits.get(circuit);
  if (!gate) ofCircuits.set(circuit, (gate = ownGate(circuit.name)));
  return gate;
}

/** All gates of one name, and how often they have closed. */
export interface KnownGates {
  readonly name: string;
  readonly gates: readonly Gate[];
  readonly closings: number;
}

/** Every gate that has been used, by name. */
export function knownGates(): KnownGates[] {
  return known.names.map((name) => ({ name, gates: known.of(name), closings: countsOf(name).closings }));
}

/** What is counted of the gates of one name. */
function countsOf(name: string): GateCounts {
  let found = counts.get(name);
  if (!found) counts.set(name, (found = { closings: 0 }));
  return found;
}

/** Opens the gates of this name, and those of circuits that have none of that name. */
export function openGates(name: string, circuits: readonly CircuitPort[]): void {
  for (const each of known.of(name)) each.open();
  for (const circuit of circuits) {
    if (isShared(circuit)) for (const each of known.of(circuit.name)) each.open();
    else ofCircuits.get(circuit)?.open();
  }
}

/** A gate of `@RespectRateLimit()` as it is seen and opened from outside. Asking changes nothing. */
export interface GateHandle {
  readonly name: string;
  /** True while a call that comes now has to wait: for the pause that the upstream asked for, or for its turn after it. */
  readonly isClosed: boolean;
  /** Milliseconds until such a call may pass; 0 if the gate is not closed. */
  readonly retryAfterMs: number;
  /** Calls that wait: for the pause, or for their turn after it. */
  readonly waiting: number;
  /** Ends the pause and the pacing after it: every call passes. */
  open(): void;
}

/**
 * The gate of this name: that of the option `gate`, else of the circuit, else of the method. There need not have been a
 * call yet. Gates of circuits with keys are seen together.
 * @throws {ConfigurationError} for anything but a name
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
      return Math.max(0, ...known.of(name).map((each) => Math.ceil(each.retryAfterMs(now()))));
    },
    get waiting() {
      return known.of(name).reduce((sum, each) => sum + each.waiting, 0);
    },
    open() {
      for (const each of known.of(name)) each.open();
    },
  };
}
