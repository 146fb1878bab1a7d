import type { Clock } from '../core/clock.js';
import type { Random } from '../core/random.js';
import type { CircuitPort } from './circuit-port.js';
import type { FleetEvent } from '../core/fleet-events.js';
import type { LimiterPort } from './limiter-port.js';

/** A gate of this process that the fleet shares. */
export interface GatePort {
  /** The gate's name, escaped for the fleet's keys. */
  readonly name: string;
  /** Milliseconds until it opens; 0 while it is open. */
  closedForMs(now: number): number;
  /** Closes the gate for at least `ms`. */
  closeFor(ms: number): void;
  /** Calls `listener` when this process closes the gate. @returns a function that ends this */
  onClosed(listener: (ms: number) => void): () => void;
}

/** What a fleet needs of its process. */
export interface FleetHost {
  readonly clock: Clock;
  readonly random: Random;
  emit(event: FleetEvent): void;
  /** Calls `join` with every present and future circuit of the fleet. @returns a function that ends this */
  eachCircuit(join: (port: CircuitPort) => void): () => void;
  /** Calls `join` with every present and future gate of the fleet. @returns a function that ends this */
  eachGate(join: (port: GatePort) => void): () => void;
  /** Calls `join` with every present and future limiter of the fleet. @returns a function that ends this */
  eachLimiter(join: (port: LimiterPort) => void): () => void;
}
