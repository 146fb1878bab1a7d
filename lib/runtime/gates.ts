import type { CircuitPort } from '../call/call.js';
import { Gate } from '../policies/rate-limit/gate.js';
import { isShared } from './circuits.js';

const named = new Map<string, Gate>();

/** Gates of circuits that have no name of their own: one for each key, or the method's. */
const ofCircuits = new WeakMap<CircuitPort, Gate>();

/** The gate that everyone who names it shares, those behind the circuit of that name among them. */
export function gateNamed(name: string): Gate {
  let gate = named.get(name);
  if (!gate) named.set(name, (gate = new Gate()));
  return gate;
}

/** The gate that everyone behind a circuit shares. */
export function gateOfCircuit(circuit: CircuitPort): Gate {
  if (isShared(circuit)) return gateNamed(circuit.name);
  let gate = ofCircuits.get(circuit);
  if (!gate) ofCircuits.set(circuit, (gate = new Gate()));
  return gate;
}
