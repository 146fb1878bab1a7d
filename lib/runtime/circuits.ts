import type { CircuitPort } from '../call/call.js';
import { shared } from '../core/shared.js';
import type { OnTransition } from '../policies/circuit/cause.js';
import { Circuit } from '../policies/circuit/circuit.js';
import { CircuitCounts } from '../policies/circuit/counts.js';
import { KeyedCircuits } from '../policies/circuit/keyed.js';
import type { SavedCircuit } from '../policies/circuit/saved.js';
import { transitionEvent } from '../policies/circuit/transition.js';
import { runtime } from './runtime.js';

type Owned = WeakRef<Circuit | KeyedCircuits>;

/** All circuits of one name. */
interface Namesakes {
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
  /** Names that are isolated, and why: circuits that are made later under such a name are isolated from the start. */
  isolated: new Map<string, string | undefined>(),
  /** What circuits that are made later under such a name go on from. */
  saved: new Map<string, SavedCircuit>(),
  /** The most brackets in any of the names: a key stands behind one more. */
  mostBrackets: 0,
}));
const { byName, isolated, saved } = state;

const forgotten = new FinalizationRegistry<{ readonly name: string; readonly ref: Owned }>(({ name, ref }) => {
  const found = byName.get(name);
  found?.owned?.delete(ref);
  if (found?.owned?.size === 0 && !found.plain && !found.keyed) byName.delete(name);
});

/** The circuit that everyone who names it shares. */
export function circuitNamed(name: string): Circuit {
  const found = namesakes(name);
  return (found.plain ??= introduced({ circuit: newCircuit(name, name, found.counts), kind: 'shared' }));
}

/** True for the circuit that everyone who names it shares: not a method's own, and not that of a key. */
export function isShared(circuit: CircuitPort): boolean {
  return byName.get(circuit.name)?.plain === circuit;
}

/** The circuits, one per key, that everyone who names them shares. */
export function keyedCircuitsNamed(name: string): KeyedCircuits {
  const found = namesakes(name);
  return (found.keyed ??= newKeyedCircuits(name, found.counts));
}

/** A circuit that belongs to one method. */
export function ownCircuit(method: string): Circuit {
  return enlist(method, (counts) => introduced({ circuit: newCircuit(method, method, counts), kind: 'own' }));
}

/** Circuits, one per key, that belong to one method. */
export function ownKeyedCircuits(method: string): KeyedCircuits {
  return enlist(method, (counts) => newKeyedCircuits(method, counts));
}

/** A circuit, and what it belongs to: everyone who names it, one method, or a key. */
export interface Introduction {
  readonly circuit: Circuit;
  readonly kind: 'shared' | 'own' | 'keyed';
  readonly key?: string;
}

const watchers = shared('runtime.circuitWatchers', () => new Set<(introduction: Introduction) => void>());

/** Calls `watcher` for every circuit that there is, and for each new one. @returns a function that ends it */
export function watchCircuits(watcher: (introduction: Introduction) => void): () => void {
  for (const name of byName.keys()) {
    const { plain } = byName.get(name) ?? {};
    for (const holder of holdersOf(name)) {
      if (holder instanceof Circuit) watcher({ circuit: holder, kind: holder === plain ? 'shared' : 'own' });
      else for (const [key, circuit] of holder) watcher({ circuit, kind: 'keyed', key });
    }
  }
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function introduced(introduction: Introduction): Circuit {
  for (const watcher of watchers) watcher(introduction);
  return introduction.circuit;
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

/** Isolates every circuit that the name means, now and later; false if nothing changed by that. */
export function isolateCircuits(name: string, reason: string | undefined): boolean {
  const isNew = !isolated.has(name);
  isolated.set(name, reason);
  return moveAll(name, (circuit) => circuit.isolate(reason)) || isNew;
}

/** Makes every circuit that the name means admit all calls until it is reset; false if nothing changed by that. */
export function forceCircuitsClosed(name: string, reason: string | undefined): boolean {
  return moveAll(name, (circuit) => circuit.forceClosed(reason));
}

/** Closes every circuit that the name means, and refills their budgets of retries; false if no circuit moved. */
export function resetCircuits(name: string, now: number): boolean {
  const wasIsolated = isolated.delete(name);
  saved.delete(name);
  const moved = moveAll(name, (circuit) => {
    circuit.budget.refill();
    return circuit.reset(now);
  });
  return moved || wasIsolated;
}

/** Every circuit that the name means goes on from what another process saved, also one that is made later. */
export function restoreCircuits(name: string, from: SavedCircuit, now: number): boolean {
  const isNew = circuitsMeantBy(name).length === 0;
  if (isNew) saved.set(name, from);
  return moveAll(name, (circuit) => circuit.restore(from, now)) || isNew;
}

/** Stands for a circuit that nobody has used yet. If the name may be that of a key, the key must not be told. */
export function unusedCircuit(handle: string): Circuit {
  const bracket = handle.endsWith(']') ? handle.indexOf('[') : -1;
  return newCircuit(bracket < 0 ? handle : handle.slice(0, bracket), handle);
}

function moveAll(name: string, move: (circuit: Circuit) => boolean): boolean {
  return circuitsMeantBy(name).map(move).includes(true);
}

function newCircuit(name: string, handle: string, whole?: CircuitCounts): Circuit {
  const circuit = new Circuit(name, tellTransition(name, handle), whole);
  circuit.onTransition((state) => circuit.counts.transit(state.kind, state.kind === 'open' ? state.reason : undefined));
  const from = saved.get(handle);
  if (from) circuit.restore(from, runtime.clock.now());
  for (const meant of [name, handle]) if (isolated.has(meant)) circuit.isolate(isolated.get(meant));
  return circuit;
}

/**
 * Each circuit of a key has a log bucket of its own, though no line names the key. What is moved by hand is emitted once
 * for all circuits of the name, by the handle that moves them.
 */
function tellTransition(name: string, handle: string): OnTransition {
  return (state, _epoch, cause) => {
    if (cause.method === undefined && !cause.fleet) return;
    const event = transitionEvent(name, state, cause);
    const { telemetry, clock } = runtime;
    telemetry.channel(event.type, cause.method ?? '', handle).audience(clock.now())?.(event);
  };
}

function newKeyedCircuits(name: string, counts: CircuitCounts): KeyedCircuits {
  return new KeyedCircuits((key) =>
    introduced({ circuit: newCircuit(name, handleOf(name, key), counts), kind: 'keyed', key }),
  );
}

function enlist<C extends Circuit | KeyedCircuits>(name: string, make: (counts: CircuitCounts) => C): C {
  const found = namesakes(name);
  const circuits = make(found.counts);
  const ref: Owned = new WeakRef<Circuit | KeyedCircuits>(circuits);
  found.owned ??= new Set();
  found.owned.add(ref);
  forgotten.register(circuits, { name, ref });
  return circuits;
}

function namesakes(name: string): Namesakes {
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

function handleOf(name: string, key: string): string {
  return `${name}[${key}]`;
}
