import type { CircuitStateName, MovedBy } from '../core/events.js';
import type { Circuit } from '../policies/circuit/circuit.js';
import { readSaved } from '../policies/circuit/read-saved.js';
import { failuresIn } from '../policies/circuit/row.js';
import type { SavedCircuit } from '../policies/circuit/saved.js';
import { isAdmitting, retryAfterMs } from '../policies/circuit/state.js';
import { transitionEvent } from '../policies/circuit/transition.js';
import { forceCircuitsClosed, isolateCircuits, resetCircuits, restoreCircuits, unusedCircuit } from './circuits.js';
import { openGates } from './gates.js';
import { checkedName } from './names.js';
import { circuitsMeantBy, knownCircuits } from './namesakes.js';
import { runtime } from './runtime.js';

/** A circuit as it can be written as JSON. */
export interface CircuitSnapshot {
  readonly name: string;
  readonly state: CircuitStateName;
  /** Grows by one with every transition. */
  readonly epoch: number;
  /** Failures in a row, while it is closed. */
  readonly failures: number;
  /** Times in a row that it opened without closing in between. */
  readonly trips: number;
  /** The finished calls of the window, and those of them that failed or were slow, where a rule looks through one. */
  readonly window?: { readonly calls: number; readonly failures: number; readonly slow: number };
  /** Milliseconds until it may let a call through; null while it is isolated. */
  readonly retryAfterMs: number | null;
  /** What `isolate` was given. */
  readonly reason?: string;
}

/** A circuit as it is seen and moved from outside. Reads the circuit when asked; asking changes nothing. */
export interface CircuitHandle {
  readonly name: string;
  /** The circuit's name without the key. */
  readonly circuit: string;
  /** The key, if the handle means the circuit of one key; else undefined. */
  readonly key: string | undefined;
  readonly state: CircuitStateName;
  /** Whether it refuses calls: open, or isolated by hand. */
  readonly isOpen: boolean;
  /** Milliseconds until it may let a call through: 0 when it does, Infinity while it is isolated; until all while it ramps up. */
  readonly retryAfterMs: number;
  snapshot(): CircuitSnapshot;
  /** Refuses every call until `reset()`. The reason appears in the snapshot alone. */
  isolate(reason?: string): void;
  /** Admits every call until `reset()`, and goes on counting. The reason appears in the snapshot alone. */
  forceClosed(reason?: string): void;
  /** Closes the circuit, forgets its failures, refills its budget of retries and opens its gate. */
  reset(): void;
  /** What a later process needs to go on from here, as plain JSON. */
  toJSON(): SavedCircuit;
  /**
   * Goes on from what another process saved with `toJSON()`. The circuit need not have been used yet.
   * @throws {ConfigurationError} for anything else, every problem at once
   */
  restore(state: unknown): void;
}

/**
 * The circuit of this name. There need not have been a call yet. The name of circuits with keys means all of them, and
 * `name[key]` one of them.
 * @throws {ConfigurationError} for anything but a name
 */
export function circuit(name: string): CircuitHandle {
  return handle(checkedName('circuit', name));
}

/** Every circuit that has been used. */
export function circuits(): CircuitHandle[] {
  const found = new Map<string, Circuit[]>();
  for (const { name, circuit } of knownCircuits()) found.set(name, [...(found.get(name) ?? []), circuit]);
  // Found once: looking each of them up by name again would take as long as there are circuits.
  return [...found].map(([name, meant]) => handle(name, () => meant));
}

/** The circuit as somebody at the dashboard moves it: every move is told, also one that changes no state. */
export function circuitOfDashboard(name: string): CircuitHandle {
  return handle(name, undefined, 'dashboard');
}

function handle(name: string, meant = (): Circuit[] => circuitsMeantBy(name), by: MovedBy = 'code'): CircuitHandle {
  const shown = (): Circuit => worstOf(meant()) ?? unusedCircuit(name);
  const now = (): number => runtime.clock.now();
  const tell = (moved: boolean): void => {
    // The circuit's own name: a handle's may hold a key.
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
      tell(isolateCircuits(name, reason));
    },
    forceClosed(reason) {
      tell(forceCircuitsClosed(name, reason));
    },
    reset() {
      const moved = resetCircuits(name, now());
      openGates(name, meant());
      tell(moved);
    },
    toJSON() {
      return shown().saved(now());
    },
    restore(state) {
      tell(restoreCircuits(name, readSaved(state, 'restore'), now()));
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

/** Where a handle means several circuits, it shows the one in the worst state. */
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
