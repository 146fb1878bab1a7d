import type { CircuitGate } from '../core/call.js';
import { Circuit } from '../policies/circuit/circuit.js';
import { KeyedCircuits } from '../policies/circuit/keyed.js';

interface Named {
  plain?: Circuit;
  keyed?: KeyedCircuits;
}

const named = new Map<string, Named>();

/** Circuits that belong to a method live as long as it does. */
const unnamed = new Set<WeakRef<Circuit | KeyedCircuits>>();
const forgotten = new FinalizationRegistry<WeakRef<Circuit | KeyedCircuits>>((ref) => unnamed.delete(ref));

/** Names that are isolated, and why: circuits that are made later under such a name are isolated from the start. */
const isolated = new Map<string, string | undefined>();

/** The circuit that everyone who names it shares. */
export function circuitNamed(name: string): Circuit {
  return (entry(name).plain ??= newCircuit(name));
}

/** Whether this is the circuit that everyone who names it shares: no method's own, and none of a key. */
export function isShared(circuit: CircuitGate): boolean {
  return named.get(circuit.name)?.plain === circuit;
}

/** The circuits, one per key, that everyone who names them shares. */
export function keyedCircuitsNamed(name: string): KeyedCircuits {
  return (entry(name).keyed ??= newKeyedCircuits(name));
}

/** A circuit that belongs to one method. */
export function ownCircuit(method: string): Circuit {
  return enlist(newCircuit(method));
}

/** Circuits, one per key, that belong to one method. */
export function ownKeyedCircuits(method: string): KeyedCircuits {
  return enlist(newKeyedCircuits(method));
}

/** A circuit that has been used, and the name of its handle: a key stands in brackets behind the circuit's own. */
export interface Known {
  readonly name: string;
  readonly circuit: Circuit;
}

/** Every circuit that has been used. */
export function* knownCircuits(): Iterable<Known> {
  for (const { plain, keyed } of named.values()) {
    if (plain) yield* circuitsOf(plain);
    if (keyed) yield* circuitsOf(keyed);
  }
  for (const ref of unnamed) {
    const circuits = ref.deref();
    if (circuits) yield* circuitsOf(circuits);
  }
}

/** The circuits that a name means: those of that very name, or, where it is that of keyed circuits, all of them. */
export function circuitsMeantBy(name: string): Circuit[] {
  return [...knownCircuits()]
    .filter((known) => known.name === name || known.circuit.name === name)
    .map(({ circuit }) => circuit);
}

/** Isolates every circuit that the name means, now and later; false when nothing changed by that. */
export function isolateCircuits(name: string, reason: string | undefined): boolean {
  const isNew = !isolated.has(name);
  isolated.set(name, reason);
  return (
    circuitsMeantBy(name)
      .map((circuit) => circuit.isolate(reason))
      .includes(true) || isNew
  );
}

/** Closes every circuit that the name means; false when nothing changed by that. */
export function resetCircuits(name: string, now: number): boolean {
  const wasIsolated = isolated.delete(name);
  return (
    circuitsMeantBy(name)
      .map((circuit) => circuit.reset(now))
      .includes(true) || wasIsolated
  );
}

/** Stands for a circuit that nobody has used yet. Where the name may be that of a key, the key is not to be told. */
export function unusedCircuit(handle: string): Circuit {
  return newCircuit(handle.replace(/\[.*\]$/s, ''), handle);
}

function newCircuit(name: string, handle = name): Circuit {
  const circuit = new Circuit(name);
  for (const meant of [name, handle]) if (isolated.has(meant)) circuit.isolate(isolated.get(meant));
  return circuit;
}

function newKeyedCircuits(name: string): KeyedCircuits {
  return new KeyedCircuits((key) => newCircuit(name, handleOf(name, key)));
}

function enlist<C extends Circuit | KeyedCircuits>(circuits: C): C {
  const ref = new WeakRef<Circuit | KeyedCircuits>(circuits);
  unnamed.add(ref);
  forgotten.register(circuits, ref);
  return circuits;
}

function entry(name: string): Named {
  let found = named.get(name);
  if (!found) named.set(name, (found = {}));
  return found;
}

function* circuitsOf(circuits: Circuit | KeyedCircuits): Iterable<Known> {
  if (circuits instanceof Circuit) yield { name: circuits.name, circuit: circuits };
  else for (const [key, circuit] of circuits) yield { name: handleOf(circuit.name, key), circuit };
}

function handleOf(name: string, key: string): string {
  return `${name}[${key}]`;
}
