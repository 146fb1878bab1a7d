import type { Clock } from '../core/clock.js';
import type { Random } from '../core/random.js';
import type { CircuitPort } from './circuit-port.js';
import type { FleetEvent } from '../core/fleet-events.js';
import type { LimiterPort } from './limiter-port.js';

/** A gate of this process that the fleet shares. */
export interface GatePort {
  /** Its name as the fleet's keys spell it. */
  readonly name: string;
  /** Milliseconds that it stays closed; 0 while it is open. */
  closedForMs(now: number): number;
  /** Closes it for at least so long. */
  closeFor(ms: number): void;
  /** Calls back when this process closed it. @returns a function that ends it */
  onClosed(listener: (ms: number) => void): () => void;
}

/** The process that a fleet runs in. */
export interface FleetHost {
  readonly clock: Clock;
  readonly random: Random;
  emit(event: FleetEvent): void;
  /** Hands over every circuit that takes part, now and later. @returns a function that ends it */
  eachCircuit(join: (port: CircuitPort) => void): () => void;
  /** Hands over every gate that takes part, now and later. @returns a function that ends it */
  eachGate(join: (port: GatePort) => void): () => void;
  /** Hands over every limiter that takes part, now and later. @returns a function that ends it */
  eachLimiter(join: (port: LimiterPort) => void): () => void;
}
