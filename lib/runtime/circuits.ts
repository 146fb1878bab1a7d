import { shared } from '../core/shared.js';
import type { OnTransition, TransitionCause } from '../policies/circuit/cause.js';
import { Circuit } from '../policies/circuit/circuit.js';
import { CircuitCounts } from '../policies/circuit/counts.js';
import { KeyedCircuits } from '../policies/circuit/keyed.js';
import { restoreCircuit, type SavedCircuit } from '../policies/circuit/saved.js';
import type { CircuitState } from '../policies/circuit/states.js';
import { transitionEvent } from '../policies/circuit/transition.js';
import { circuitsMeantBy, enlist, handleOf, isShared, knownCircuits, namesakes } from './namesakes.js';
import { runtime } from './runtime.js';

interface ByHand {
  /** `reset`: the circuit of one key that was reset while all others of its name stay as they are. */
  readonly state: 'isolated' | 'forced-closed' | 'reset';
  readonly reason: string | undefined;
}

const { heldByHand, restores } = shared('runtime.circuitsByHand', () => ({
  /**
   * States set by hand, by name, until the next reset. They also apply to circuits with this name that are made later;
   * that of one key goes before that of all.
   */
  heldByHand: new Map<string, ByHand>(),
  /** Restores saved states, by name, in circuits that are made later. */
  restores: new Map<string, (circuit: Circuit, now: number) => boolean>(),
}));

/** The circuit that all methods with this name for it share. */
export function circuitNamed(name: string): Circuit {
  const found = namesakes(name);
  return (found.plain ??= introduced({ circuit: newCircuit(name, name, found.counts), kind: 'shared' }));
}

/** The circuits, one per key, that all methods with this name for them share. */
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

/** A circuit, and its owner: shared by name, the method's own, or the circuit of one key. */
export interface Introduction {
  readonly circuit: Circuit;
  readonly kind: 'shared' | 'own' | 'keyed';
  readonly key?: string;
}

const watchers = shared('runtime.circuitWatchers', () => new Set<(introduction: Introduction) => void>());

/** Calls `watcher` for every existing circuit, and for each new one. @returns a function that stops it */
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

/** Isolates all circuits with this name, also later ones; false if that changed nothing. */
export function isolateCircuits(name: string, reason: string | undefined): boolean {
  return holdByHand(name, { state: 'isolated', reason });
}

/** Makes all circuits with this name, also later ones, admit all calls; false if that changed nothing. */
export function forceCircuitsClosed(name: string, reason: string | undefined): boolean {
  return holdByHand(name, { state: 'forced-closed', reason });
}

function holdByHand(name: string, held: ByHand): boolean {
  const isNew = heldByHand.get(name)?.state !== held.state;
  forgetKeys(heldByHand, name);
  heldByHand.set(name, held);
  return moveAll(name, (circuit) => hold(circuit, held)) || isNew;
}

/** Deletes what was kept for single keys of `name`: a later command for all keys replaces it. False if there was none. */
function forgetKeys(kept: Map<string, unknown>, name: string): boolean {
  const handles = [...kept.keys()].filter((handle) => isKeyOf(name, handle));
  for (const handle of handles) kept.delete(handle);
  return handles.length > 0;
}

function hold(circuit: Circuit, { state, reason }: ByHand): boolean {
  if (state === 'reset') return false;
  return state === 'isolated' ? circuit.isolate(reason) : circuit.forceClosed(reason);
}

/** Forgets what was set by hand for this name; false if nothing was. */
function release(name: string): boolean {
  const hadKeys = forgetKeys(heldByHand, name);
  const before = heldByHand.get(name)?.state;
  heldByHand.delete(name);
  const isHeldWithAll = [...heldByHand].some(([all, { state }]) => state !== 'reset' && isKeyOf(all, name));
  if (isHeldWithAll) heldByHand.set(name, { state: 'reset', reason: undefined });
  return hadKeys || (before === undefined ? isHeldWithAll : before !== 'reset');
}

function isKeyOf(name: string, handle: string): boolean {
  return handle.startsWith(`${name}[`) && handle.endsWith(']');
}

/** Closes all circuits with this name and refills their retry budgets; false if that changed no state. */
export function resetCircuits(name: string, now: number): boolean {
  const wasHeld = release(name);
  forgetKeys(restores, name);
  restores.delete(name);
  const moved = moveAll(name, (circuit) => {
    circuit.budget.refill();
    return circuit.reset(now);
  });
  return moved || wasHeld;
}

/** Restores a saved state in all circuits with this name, also later ones; false if that changed nothing. */
export function restoreCircuits(name: string, from: SavedCircuit, now: number): boolean {
  const isNew = circuitsMeantBy(name).length === 0;
  const restore = (circuit: Circuit, at: number): boolean => restoreCircuit(circuit, from, at);
  if (isNew) restores.set(name, restore);
  return moveAll(name, (circuit) => restore(circuit, now)) || isNew;
}

/** Represents a circuit that has not been used yet. Its name leaves out what may be a key: keys must not be logged. */
export function unusedCircuit(handle: string): Circuit {
  const bracket = handle.endsWith(']') ? handle.indexOf('[') : -1;
  return newCircuit(bracket < 0 ? handle : handle.slice(0, bracket), handle);
}

function moveAll(name: string, move: (circuit: Circuit) => boolean): boolean {
  return circuitsMeantBy(name).map(move).includes(true);
}

function newCircuit(name: string, handle: string, counts = new CircuitCounts()): Circuit {
  const circuit = new Circuit(name, transitionListener(name, handle, counts), counts);
  restores.get(handle)?.(circuit, runtime.clock.now());
  const held = heldByHand.get(handle) ?? heldByHand.get(name);
  if (held) hold(circuit, held);
  return circuit;
}

/** Counts and emits the transitions of a circuit. */
function transitionListener(name: string, handle: string, counts: CircuitCounts): OnTransition {
  return (state, _epoch, cause) => {
    emitTransition(name, handle, state, cause);
    counts.transit(state.kind, state.kind === 'open' ? (cause.fleet?.reason ?? state.reason) : undefined);
  };
}

/**
 * Each circuit of a key has its own log bucket, although no log line names the key. Transitions by hand are not emitted
 * here: the handle emits one event for all circuits with the name.
 */
function emitTransition(name: string, handle: string, state: CircuitState, cause: TransitionCause): void {
  if (cause.method === undefined && !cause.fleet) return;
  const event = transitionEvent(name, state, cause);
  const { telemetry, clock } = runtime;
  telemetry.channel(event.type, cause.method ?? '', handle).audience(clock.now())?.(event);
}

function newKeyedCircuits(name: string, counts: CircuitCounts): KeyedCircuits {
  return new KeyedCircuits((key) =>
    introduced({ circuit: newCircuit(name, handleOf(name, key), new CircuitCounts(counts)), kind: 'keyed', key }),
  );
}
