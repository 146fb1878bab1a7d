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

/** The circuit that everyone who names it shares. */
export function circuitNamed(name: string): Circuit {
  return (entry(name).plain ??= new Circuit(name));
}

/** The circuits, one per key, that everyone who names them shares. */
export function keyedCircuitsNamed(name: string): KeyedCircuits {
  return (entry(name).keyed ??= new KeyedCircuits(name));
}

/** Remembers a circuit that belongs to one method, so that it can be listed. */
export function enlist<C extends Circuit | KeyedCircuits>(circuit: C): C {
  const ref = new WeakRef<Circuit | KeyedCircuits>(circuit);
  unnamed.add(ref);
  forgotten.register(circuit, ref);
  return circuit;
}

/** Every circuit that has been used, by the name that its handle has: a key stands in brackets behind it. */
export function* allCircuits(): Iterable<readonly [string, Circuit]> {
  for (const [name, { plain, keyed }] of named) {
    if (plain) yield [name, plain];
    if (keyed) yield* namesOf(keyed);
  }
  for (const ref of unnamed) {
    const circuit = ref.deref();
    if (circuit instanceof Circuit) yield [circuit.name, circuit];
    else if (circuit) yield* namesOf(circuit);
  }
}

function entry(name: string): Named {
  let found = named.get(name);
  if (!found) named.set(name, (found = {}));
  return found;
}

function* namesOf(keyed: KeyedCircuits): Iterable<readonly [string, Circuit]> {
  for (const [key, circuit] of keyed) yield [`${keyed.name}[${key}]`, circuit];
}
