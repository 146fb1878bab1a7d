// Which circuits there are, by their names.
import type { CircuitPort } from '../call/call.js';
import { shared } from '../core/shared.js';
import { Circuit } from '../policies/circuit/circuit.js';
import { CircuitCounts } from '../policies/circuit/counts.js';
import { KeyedCircuits } from '../policies/circuit/keyed.js';

type Owned = WeakRef<Circuit | KeyedCircuits>;

/** All circuits of one name. */
export interface Namesakes {
  /** Those that everyone who names them shares. */
  plain?: Circuit;
  keyed?: KeyedCircuits;
  /** Those that belong to methods, and live as long as these do. */
  owned?: Set<Owned>;
  /** What is counted of all of them, also of keys that are forgotten by now. */
  readonly counts: CircuitCounts;
}

const state = shared('runtime.circuits', () => ({
  byName: new Map<string, Namesakes>(),
  /** The most brackets in any of the names: a key stands behind one more. */
  mostBrackets: 0,
}));
const { byName } = state;

const forgotten = new FinalizationRegistry<{ readonly name: string; readonly ref: Owned }>(({ name, ref }) => {
  const found = byName.get(name);
  found?.owned?.delete(ref);
  if (found?.owned?.size === 0 && !found.plain && !found.keyed) byName.delete(name);
});

/** True for the circuit that everyone who names it shares: not a method's own, and not that of a key. */
export function isShared(circuit: CircuitPort): boolean {
  return byName.get(circuit.name)?.plain === circuit;
}

/** A circuit that has been used, and the name of its handle: a key stands in brackets behind the circuit's own. */
export interface Known {
  readonly name: string;
  readonly key?: string;
  readonly circuit: Circuit;
}

/** Every circuit that has been used. */
export function* knownCircuits(): Iterable<Known> {
  for (const name of byName.keys()) yield* circuitsOf(name);
}

/** What is counted of all circuits of one name. */
export function countsOf(name: string): CircuitCounts | undefined {
  return byName.get(name)?.counts;
}

/** The circuits that a name means: those of that very name, or, if it is that of keyed circuits, all of them. */
export function circuitsMeantBy(name: string): Circuit[] {
  return [...[...circuitsOf(name)].map(({ circuit }) => circuit), ...circuitsOfKey(name)];
}

/** Adds circuits that live as long as the method that they belong to. */
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

/** Everything that has this name. */
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

/** The circuits of `name[key]`. The name may have brackets of its own, but no more than any name has. */
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
