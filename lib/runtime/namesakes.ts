// All circuits, by name.
import type { CircuitPort } from '../call/admission.js';
import { shared } from '../core/shared.js';
import { Circuit } from '../policies/circuit/circuit.js';
import { CircuitCounts } from '../policies/circuit/counts.js';
import { KeyedCircuits } from '../policies/circuit/keyed.js';

type Owned = WeakRef<Circuit | KeyedCircuits>;

/** All circuits with one name. */
export interface Namesakes {
  /** Shared by all methods with this name for their circuit. */
  plain?: Circuit;
  keyed?: KeyedCircuits;
  /** Circuits that belong to methods, and live as long as their method. */
  owned?: Set<Owned>;
  /** The counters of all of them, including keys that have been forgotten. */
  readonly counts: CircuitCounts;
}

const state = shared('runtime.circuits', () => ({
  byName: new Map<string, Namesakes>(),
  /** The most brackets in any of the names: in a handle's name, the bracket of the key is one more. */
  mostBrackets: 0,
}));
const { byName } = state;

const forgotten = new FinalizationRegistry<{ readonly name: string; readonly ref: Owned }>(({ name, ref }) => {
  const found = byName.get(name);
  found?.owned?.delete(ref);
  if (found?.owned?.size === 0 && !found.plain && !found.keyed) byName.delete(name);
});

/** True for a circuit that methods share by name; false for a method's own circuit and for the circuit of a key. */
export function isShared(circuit: CircuitPort): boolean {
  return byName.get(circuit.name)?.plain === circuit;
}

/** A circuit that has been used, and the name of its handle: the circuit's name, followed by the key in brackets. */
export interface Known {
  readonly name: string;
  readonly key?: string;
  readonly circuit: Circuit;
}

/** Every circuit that has been used. */
export function* knownCircuits(): Iterable<Known> {
  for (const name of byName.keys()) yield* circuitsOf(name);
}

/** The counters of all circuits with one name. */
export function countsOf(name: string): CircuitCounts | undefined {
  return byName.get(name)?.counts;
}

/** The circuits that the name of a handle means: all circuits with this name, also keyed ones, or that of one key. */
export function circuitsMeantBy(name: string): Circuit[] {
  return [...[...circuitsOf(name)].map(({ circuit }) => circuit), ...circuitsOfKey(name)];
}

/** Adds circuits that live as long as their method. */
export function enlist<C extends Circuit | KeyedCircuits>(name: string, make: (counts: CircuitCounts) => C): C {
  const found = namesakes(name);
  const circuits = make(found.counts);
  const ref: Owned = new WeakRef<Circuit | KeyedCircuits>(circuits);
  found.owned ??= new Set();
  found.owned.add(ref);
  forgotten.register(circuits, { name, ref });
  return circuits;
}

export function namesakes(name: string): Namesakes {
  let found = byName.get(name);
  if (!found) {
    byName.set(name, (found = { counts: new CircuitCounts() }));
    state.mostBrackets = Math.max(state.mostBrackets, name.split('[').length - 1);
  }
  return found;
}

/** All circuits and groups of keyed circuits with this name. */
function* holdersOf(name: string): Iterable<Circuit | KeyedCircuits> {
  const { plain, keyed, owned = [] } = byName.get(name) ?? {};
  if (plain) yield plain;
  if (keyed) yield keyed;
  for (const ref of owned) {
    const circuits = ref.deref();
    if (circuits) yield circuits;
  }
}

function* circuitsOf(name: string): Iterable<Known> {
  for (const holder of holdersOf(name)) {
    if (holder instanceof Circuit) yield { name, circuit: holder };
    else for (const [key, circuit] of holder) yield { name: handleOf(name, key), key, circuit };
  }
}

/** The circuits of `name[key]`. The name itself may contain brackets, but at most `mostBrackets`. */
function* circuitsOfKey(handle: string): Iterable<Circuit> {
  if (!handle.endsWith(']')) return;
  let bracket = -1;
  for (let brackets = 0; brackets <= state.mostBrackets; brackets++) {
    bracket = handle.indexOf('[', bracket + 1);
    if (bracket < 0) return;
    for (const holder of holdersOf(handle.slice(0, bracket))) {
      const found = holder instanceof KeyedCircuits && holder.peek(handle.slice(bracket + 1, -1));
      if (found) yield found;
    }
  }
}

export function handleOf(name: string, key: string): string {
  return `${name}[${key}]`;
}
