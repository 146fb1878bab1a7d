import { ConfigurationError } from '../core/errors.js';
import type { CircuitStateName, MovedBy } from '../core/events.js';
import type { Circuit } from '../policies/circuit/circuit.js';
import { retryAfterMs } from '../policies/circuit/state.js';
import { transitionEvent } from '../policies/circuit/transition.js';
import { circuitsMeantBy, isolateCircuits, knownCircuits, resetCircuits, unusedCircuit } from './circuits.js';
import { show } from '../settings/check.js';
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
  /** Closes the circuit and forgets its failures. */
  reset(): void;
}

/**
 * The circuit of this name. There need not have been a call yet. The name of circuits with keys means all of them, and
 * `name[key]` one of them.
 * @throws {ConfigurationError} for anything but a name
 */
export function circuit(name: string): CircuitHandle {
  if (typeof name !== 'string' || name.trim() === '')
    throw new ConfigurationError([`circuit: expected a name, got ${show(name)}`]);
  return handle(name);
}

/** Every circuit that has been used. */
export function circuits(): CircuitHandle[] {
  const found = new Map<string, Circuit[]>();
  for (const { name, circuit } of knownCircuits()) found.set(name, [...(found.get(name) ?? []), circuit]);
  // Found once: looking each of them up by name again would take as long as there are circuits.
  return [...found].map(([name, meant]) => handle(name, () => meant));
}

/** The circuit as somebody at the dashboard moves it. */
export function circuitOfDashboard(name: string): CircuitHandle {
  return handle(name, undefined, 'dashboard');
}

function handle(name: string, meant = (): Circuit[] => circuitsMeantBy(name), by: MovedBy = 'code'): CircuitHandle {
  const shown = (): Circuit => worstOf(meant()) ?? unusedCircuit(name);
  const now = (): number => runtime.clock.now();
  const tell = (moved: boolean): void => {
    // The circuit's own name: a handle's may hold a key.
    const event = transitionEvent(shown().name, shown().stateAt(now()));
    if (moved) runtime.telemetry.tell({ ...event, by });
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
    reset() {
      tell(resetCircuits(name));
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
    failures: state.kind === 'closed' ? state.failures : 0,
    trips: state.kind === 'open' || state.kind === 'half-open' ? state.trips : 0,
    ...(tally && { window: { calls: tally.calls, failures: tally.failures, slow: tally.slow } }),
    retryAfterMs: Number.isFinite(wait) ? wait : null,
    ...(state.kind === 'isolated' && state.reason !== undefined && { reason: state.reason }),
  };
}

const SEVERITY: readonly CircuitStateName[] = ['closed', 'half-open', 'open', 'isolated'];

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
