import type { CircuitPort } from '../call/call.js';
import { Gate, type GateCounts } from '../policies/rate-limit/gate.js';
import { isShared } from './circuits.js';

/** What is known of the gates of one name. */
interface Namesakes {
  readonly counts: GateCounts;
  /** The gate that everyone who names it shares. */
  shared?: Gate;
  /** Those of methods and of keys, which live as long as these do. */
  readonly owned: Set<WeakRef<Gate>>;
}

const byName = new Map<string, Namesakes>();

/** Gates of circuits that have no name of their own: one for each key, or the method's. */
const ofCircuits = new WeakMap<CircuitPort, Gate>();

const forgotten = new FinalizationRegistry<{ readonly name: string; readonly ref: WeakRef<Gate> }>(({ name, ref }) => {
  const found = byName.get(name);
  found?.owned.delete(ref);
  if (found?.owned.size === 0 && !found.shared) byName.delete(name);
});

/** The gate that everyone who names it shares, those behind the circuit of that name among them. */
export function gateNamed(name: string): Gate {
  const found = namesakes(name);
  return (found.shared ??= new Gate(found.counts));
}

/** The gate that everyone behind a circuit shares. */
export function gateOfCircuit(circuit: CircuitPort): Gate {
  if (isShared(circuit)) return gateNamed(circuit.name);
  let gate = ofCircuits.get(circuit);
  if (!gate) ofCircuits.set(circuit, (gate = ownGate(circuit.name)));
  return gate;
}

/** A gate that belongs to one method, or to one key of a circuit. */
export function ownGate(name: string): Gate {
  const { counts, owned } = namesakes(name);
  const gate = new Gate(counts);
  const ref = new WeakRef(gate);
  owned.add(ref);
  forgotten.register(gate, { name, ref });
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
  return [...byName].map(([name, { shared, owned, counts }]) => {
    const gates = [...owned].flatMap((ref) => ref.deref() ?? []);
    return { name, gates: shared ? [shared, ...gates] : gates, closings: counts.closings };
  });
}

function namesakes(name: string): Namesakes {
  let found = byName.get(name);
  if (!found) byName.set(name, (found = { counts: { closings: 0 }, owned: new Set() }));
  return found;
}
