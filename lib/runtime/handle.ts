import type { CircuitStateName } from '../core/events.js';
import type { Circuit } from '../policies/circuit/circuit.js';
import { retryAfterMs } from '../policies/circuit/state.js';
import { transitionEvent } from '../policies/circuit/transition.js';
import { allCircuits, circuitNamed } from './circuits.js';
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

/** The circuit of this name. There need not have been a call yet. */
export function circuit(name: string): CircuitHandle {
  return handle(name, () => [...allCircuits()].find(([known]) => known === name)?.[1]);
}

/** Every circuit that has been used. */
export function circuits(): CircuitHandle[] {
  return [...allCircuits()].map(([name, found]) => handle(name, () => found));
}

function handle(name: string, find: () => Circuit | undefined): CircuitHandle {
  const findOrMake = (): Circuit => find() ?? circuitNamed(name);
  const tell = (moved: Circuit): void => {
    const now = runtime.clock.now();
    const event = transitionEvent(moved.name, moved.stateAt(now));
    runtime.telemetry.channel(event.type, '').audience(now)?.(event);
  };
  return {
    name,
    get state() {
      return find()?.stateAt(runtime.clock.now()).kind ?? 'closed';
    },
    get isOpen() {
      return this.state === 'open' || this.state === 'isolated';
    },
    get retryAfterMs() {
      const now = runtime.clock.now();
      const found = find();
      return found ? retryAfterMs(found.stateAt(now), now) : 0;
    },
    snapshot() {
      const found = find();
      const state = found?.stateAt(runtime.clock.now());
      const wait = this.retryAfterMs;
      return {
        name,
        state: this.state,
        epoch: found?.epoch ?? 0,
        failures: state?.kind === 'closed' ? state.failures : 0,
        trips: state?.kind === 'open' || state?.kind === 'half-open' ? state.trips : 0,
        retryAfterMs: Number.isFinite(wait) ? wait : null,
        ...(state?.kind === 'isolated' && state.reason !== undefined && { reason: state.reason }),
      };
    },
    isolate(reason) {
      const found = findOrMake();
      if (found.isolate(reason)) tell(found);
    },
    reset() {
      const found = find();
      if (found?.reset()) tell(found);
    },
  };
}
