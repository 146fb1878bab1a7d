import type { CircuitPort } from '../call/call.js';
import { Gate } from '../policies/rate-limit/gate.js';
import { isShared } from './circuits.js';

const named = new Map<string, Gate>();

/** Gates of circuits that have no name of their own: one for each key, or the method's. */
const ofCircuits = new WeakMap<CircuitPort, Gate>();

/** The gate that everyone who names it shares, those behind the circuit of that name among them. */
export function gateNamed(name: string): Gate {
  let gate = named.get(name);
  if (gate) return gate;
  named.set(name, (gate = new Gate()));
  for (const watcher of watchers) watcher(name, gate);
  return gate;
}

const watchers = new Set<(name: string, gate: Gate) => void>();

/** Calls `watcher` for every gate that has a name, and for each new one. @returns a function that ends it */
export function watchGates(watcher: (name: string, gate: Gate) => void): () => void {
  for (const [name, gate] of named) watcher(name, gate);
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The gate that everyone behind a circuit shares. */
export function gateOfCircuit(circuit: CircuitPort): Gate {
  if (isShared(circuit)) return gateNamed(circuit.name);
  let gate = ofCircuits.get(circuit);
  if (!gate) ofCircuits.set(circuit, (gate = new Gate()));
  return gate;
}
