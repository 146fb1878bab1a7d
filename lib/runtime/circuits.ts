import { shared } from '../core/shared.js';
import type { OnTransition } from '../policies/circuit/cause.js';
import { Circuit } from '../policies/circuit/circuit.js';
import { CircuitCounts } from '../policies/circuit/counts.js';
import { KeyedCircuits } from '../policies/circuit/keyed.js';
import type { SavedCircuit } from '../policies/circuit/saved.js';
import { transitionEvent } from '../policies/circuit/transition.js';
import { circuitsMeantBy, enlist, handleOf, isShared, knownCircuits, namesakes } from './namesakes.js';
import { runtime } from './runtime.js';

interface ByHand {
  readonly state: 'isolated' | 'forced-closed';
  readonly reason: string | undefined;
}

const { heldByHand, saved } = shared('runtime.circuitsByHand', () => ({
  /** What was done by hand to a name, and holds until it is reset: also for circuits that are made later under it. */
  heldByHand: new Map<string, ByHand>(),
  /** What circuits that are made later under such a name go on from. */
  saved: new Map<string, SavedCircuit>(),
}));

/** The circuit that everyone who names it shares. */
export function circuitNamed(name: string): Circuit {
  const found = namesakes(name);
  return (found.plain ??= introduced({ circuit: newCircuit(name, name, found.counts), kind: 'shared' }));
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
  for (const { key, circuit } of knownCircuits()) {
    if (key !== undefined) watcher({ circuit, kind: 'keyed', key });
    else watcher({ circuit, kind: isShared(circuit) ? 'shared' : 'own' });
  }
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function introduced(introduction: Introduction): Circuit {
  for (const watcher of watchers) watcher(introduction);
  return introduction.circuit;
}

/** Isolates every circuit that the name means, now and later; false if nothing changed by that. */
export function isolateCircuits(name: string, reason: string | undefined): boolean {
  return holdByHand(name, { state: 'isolated', reason });
}

/** Makes every circuit that the name means, now and later, admit all calls; false if nothing changed by that. */
export function forceCircuitsClosed(name: string, reason: string | undefined): boolean {
  return holdByHand(name, { state: 'forced-closed', reason });
}

function holdByHand(name: string, held: ByHand): boolean {
  const isNew = heldByHand.get(name)?.state !== held.state;
  heldByHand.set(name, held);
  return moveAll(name, (circuit) => hold(circuit, held)) || isNew;
}

function hold(circuit: Circuit, { state, reason }: ByHand): boolean {
  return state === 'isolated' ? circuit.isolate(reason) : circuit.forceClosed(reason);
}

/** Closes every circuit that the name means, and refills their budgets of retries; false if no circuit moved. */
export function resetCircuits(name: string, now: number): boolean {
  const wasHeld = heldByHand.delete(name);
  saved.delete(name);
  const moved = moveAll(name, (circuit) => {
    circuit.budget.refill();
    return circuit.reset(now);
  });
  return moved || wasHeld;
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

function newCircuit(name: string, handle: string, counts?: CircuitCounts): Circuit {
  const circuit = new Circuit(name, tellTransition(name, handle), counts);
  circuit.onTransition((state, _epoch, { fleet }) => {
    const reason = state.kind === 'open' ? (fleet?.reason ?? state.reason) : undefined;
    circuit.counts.transit(state.kind, reason);
  });
  const from = saved.get(handle);
  if (from) circuit.restore(from, runtime.clock.now());
  for (const meant of [name, handle]) {
    const held = heldByHand.get(meant);
    if (held) hold(circuit, held);
  }
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
    introduced({ circuit: newCircuit(name, handleOf(name, key), new CircuitCounts(counts)), kind: 'keyed', key }),
  );
}
