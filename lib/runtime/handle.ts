import type { CircuitStateName, MovedBy } from '../core/events.js';
import type { Circuit } from '../policies/circuit/circuit.js';
import { readSaved } from '../policies/circuit/read-saved.js';
import { failuresIn } from '../policies/circuit/row.js';
import { type SavedCircuit, savedCircuit } from '../policies/circuit/saved.js';
import { isAdmitting, retryAfterMs } from '../policies/circuit/state.js';
import { transitionEvent } from '../policies/circuit/transition.js';
import { forceCircuitsClosed, isolateCircuits, resetCircuits, restoreCircuits, unusedCircuit } from './circuits.js';
import { openGates } from './gates.js';
import { checkedName } from './names.js';
import { circuitsMeantBy, knownCircuits } from './namesakes.js';
import { runtime } from './runtime.js';

/** The state of a circuit as plain JSON. */
export interface CircuitSnapshot {
  readonly name: string;
  readonly state: CircuitStateName;
  /** Grows by one with every transition. */
  readonly epoch: number;
  /** Failures in a row, while it is closed; else 0. */
  readonly failures: number;
  /** How often it opened since it was last closed. */
  readonly trips: number;
  /** The finished calls in the window, and how many of them failed or were slow. Absent if no rule uses a window. */
  readonly window?: { readonly calls: number; readonly failures: number; readonly slow: number };
  /** Milliseconds until it may admit a call; null while it is isolated. */
  readonly retryAfterMs: number | null;
  /** The reason that was passed to `isolate` or `forceClosed`. */
  readonly reason?: string;
}

/** Shows a circuit, and can change its state by hand. Always shows the current state; reading changes nothing. */
export interface CircuitHandle {
  readonly name: string;
  /** The circuit's name without the key. */
  readonly circuit: string;
  /** The key, if this is the circuit of one key; else undefined. */
  readonly key: string | undefined;
  readonly state: CircuitStateName;
  /** True if it rejects calls: it is open, or isolated by hand. */
  readonly isOpen: boolean;
  /**
   * Milliseconds until it may admit a call: 0 if it admits calls, Infinity while it is isolated. During the ramp-up:
   * milliseconds until it admits all calls.
   */
  readonly retryAfterMs: number;
  snapshot(): CircuitSnapshot;
  /** Rejects all calls until `reset()`. Only the snapshot shows the reason. */
  isolate(reason?: string): void;
  /** Admits all calls until `reset()`, and still counts them. Only the snapshot shows the reason. */
  forceClosed(reason?: string): void;
  /** Closes the circuit, clears its failures, refills its retry budget and opens its gate. */
  reset(): void;
  /** The state that `restore()` needs in a later process, as plain JSON. */
  toJSON(): SavedCircuit;
  /**
   * Restores a state that another process saved with `toJSON()`. The circuit need not have been used yet.
   * @throws {ConfigurationError} that lists every problem, if `state` is not such a state
   */
  restore(state: unknown): void;
}

/**
 * The circuit with this name. It need not have been used yet. For a circuit with keys, the name means all keys, and
 * `name[key]` one of them.
 * @throws {ConfigurationError} if `name` is not a name
 */
export function circuit(name: string): CircuitHandle {
  return handle(checkedName('circuit', name));
}

/** Every circuit that has been used. */
export function circuits(): CircuitHandle[] {
  const found = new Map<string, Circuit[]>();
  for (const { name, circuit } of knownCircuits()) found.set(name, [...(found.get(name) ?? []), circuit]);
  // One pass over all circuits: a lookup by name for each handle would make this quadratic.
  return [...found].map(([name, meant]) => handle(name, () => meant));
}

/** The handle for the dashboard: it emits an event for every command, also for one that changes no state. */
export function circuitOfDashboard(name: string): CircuitHandle {
  return handle(name, undefined, 'dashboard');
}

function handle(name: string, meant = (): Circuit[] => circuitsMeantBy(name), by: MovedBy = 'code'): CircuitHandle {
  const shown = (): Circuit => worstOf(meant()) ?? unusedCircuit(name);
  const now = (): number => runtime.clock.now();
  const emit = (moved: boolean): void => {
    // Uses the circuit's own name: the name of the handle may hold a key.
    const event = transitionEvent(shown().name, shown().stateAt(now()));
    if (moved || by === 'dashboard') runtime.telemetry.tell({ ...event, by });
  };
  return {
    name,
    get circuit() {
      return shown().name;
    },
    get key() {
      const { circuit } = this;
      return circuit === name ? undefined : name.slice(circuit.length + 1, -1);
    },
    get state() {
      return shown().stateAt(now()).kind;
    },
    get isOpen() {
      return this.state === 'open' || this.state === 'isolated';
    },
    get retryAfterMs() {
      return retryAfterMs(shown().stateAt(now()), now());
    },
    snapshot() {
      return snapshotOf(name, shown(), now());
    },
    isolate(reason) {
      emit(isolateCircuits(name, reason));
    },
    forceClosed(reason) {
      emit(forceCircuitsClosed(name, reason));
    },
    reset() {
      const moved = resetCircuits(name, now());
      openGates(name, meant());
      emit(moved);
    },
    toJSON() {
      return savedCircuit(shown(), now());
    },
    restore(state) {
      emit(restoreCircuits(name, readSaved(state, 'restore'), now()));
    },
  };
}

export function snapshotOf(name: string, found: Circuit, now: number): CircuitSnapshot {
  const state = found.stateAt(now);
  const wait = retryAfterMs(state, now);
  const tally = found.tallyAt(now);
  return {
    name,
    state: state.kind,
    epoch: found.epoch,
    failures: isAdmitting(state) ? failuresIn(state) : 0,
    trips: state.kind === 'open' || state.kind === 'half-open' ? state.trips : 0,
    ...(tally && { window: { calls: tally.calls, failures: tally.failures, slow: tally.slow } }),
    retryAfterMs: Number.isFinite(wait) ? wait : null,
    ...((state.kind === 'isolated' || state.kind === 'forced-closed') &&
      state.reason !== undefined && { reason: state.reason }),
  };
}

const SEVERITY: readonly CircuitStateName[] = ['closed', 'forced-closed', 'half-open', 'open', 'isolated'];

/** The circuit in the worst state: a handle for several circuits shows this one. */
export function worstOf(circuits: readonly Circuit[]): Circuit | undefined {
  const now = runtime.clock.now();
  const severity = (circuit: Circuit | undefined): number => {
    return circuit ? SEVERITY.indexOf(circuit.stateAt(now).kind) : -1;
  };
  return circuits.reduce<Circuit | undefined>(
    (worst, one) => (severity(one) > severity(worst) ? one : worst),
    undefined,
  );
}
