import type { CircuitStateName } from '../core/events.js';
import type { Circuit } from '../policies/circuit/circuit.js';
import { retryAfterMs } from '../policies/circuit/state.js';
import { transitionEvent } from '../policies/circuit/transition.js';
import { circuitsMeantBy, isolateCircuits, knownCircuits, newCircuit, resetCircuits } from './circuits.js';
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
  /** Milliseconds until it may let a call through; null while it is isolated. */
  readonly retryAfterMs: number | null;
  /** What `isolate` was given. */
  readonly reason?: string;
}

/** A circuit as it is seen and moved from outside. Reads the circuit when asked; asking changes nothing. */
export interface CircuitHandle {
  readonly name: string;
  readonly state: CircuitStateName;
  /** Whether it refuses calls: open, or isolated by hand. */
  readonly isOpen: boolean;
  /** Milliseconds until it may let a call through: 0 when it does, Infinity while it is isolated. */
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
 */
export function circuit(name: string): CircuitHandle {
  return handle(name);
}

/** Every circuit that has been used. */
export function circuits(): CircuitHandle[] {
  return [...new Set([...knownCircuits()].map((known) => known.name))].map(handle);
}

function handle(name: string): CircuitHandle {
  const now = (): number => runtime.clock.now();
  const tell = (moved: boolean): void => {
    const event = transitionEvent(name, shown(name).stateAt(now()));
    if (moved) runtime.telemetry.channel(event.type, '').audience(now())?.(event);
  };
  return {
    name,
    get state() {
      return shown(name).stateAt(now()).kind;
    },
    get isOpen() {
      return this.state === 'open' || this.state === 'isolated';
    },
    get retryAfterMs() {
      return retryAfterMs(shown(name).stateAt(now()), now());
    },
    snapshot() {
      return snapshotOf(name, shown(name), now());
    },
    isolate(reason) {
      tell(isolateCircuits(name, reason));
    },
    reset() {
      tell(resetCircuits(name));
    },
  };
}

function snapshotOf(name: string, found: Circuit, now: number): CircuitSnapshot {
  const state = found.stateAt(now);
  const wait = retryAfterMs(state, now);
  return {
    name,
    state: state.kind,
    epoch: found.epoch,
    failures: state.kind === 'closed' ? state.failures : 0,
    trips: state.kind === 'open' || state.kind === 'half-open' ? state.trips : 0,
    retryAfterMs: Number.isFinite(wait) ? wait : null,
    ...(state.kind === 'isolated' && state.reason !== undefined && { reason: state.reason }),
  };
}

const SEVERITY: readonly CircuitStateName[] = ['closed', 'half-open', 'open', 'isolated'];

/** The circuit that a handle shows: where the name means several, the one in the worst state. */
function shown(name: string): Circuit {
  const severity = (found: Circuit): number => SEVERITY.indexOf(found.stateAt(runtime.clock.now()).kind);
  const [worst] = circuitsMeantBy(name).sort((a, b) => severity(b) - severity(a));
  return worst ?? newCircuit(name);
}
