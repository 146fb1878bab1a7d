import type { CircuitPeer } from '../policies/circuit/peer.js';
import type { FleetMode } from './rules.js';

/** The interface between a circuit of this process and its fleet. */
export interface CircuitPort {
  /** The circuit's name, escaped for the fleet's keys. */
  readonly name: string;
  /** The name in events. It never contains a key. */
  readonly label: string;
  settings(): CircuitFleetSettings;
  view(now: number): CircuitView;
  /** Sets the state to that of the fleet. Does nothing if the circuit was moved by hand in this process. */
  adopt(state: AdoptedState, adoption: Adoption): void;
  /** True if the circuit has been garbage-collected. Its member then leaves the fleet. */
  readonly isGone: boolean;
  /** Sets the number of members that share its retry budget. */
  shareAmong(members: number): void;
  /** Calls `listener` once, at the next call. */
  onNextCall(listener: () => void): void;
  /** Reports changes of the circuit to `link`. @returns a function that ends this */
  join(link: CircuitLink): () => void;
}

/** The circuit's own settings that its fleet uses. Durations are in milliseconds. */
export interface CircuitFleetSettings {
  readonly mode: FleetMode;
  readonly recoveryMs: number;
  readonly recoveryGrowth: number;
  readonly maxRecoveryMs: number;
  readonly probes: number;
  readonly probeIntervalMs: number;
  readonly rampUpMs: number;
}

/** The circuit at one point in time. */
export interface CircuitView {
  readonly state: 'closed' | 'open' | 'half-open' | 'isolated' | 'forced-closed';
  /** True if its failures have reached half of what opens it. */
  readonly isHalfWay: boolean;
  /** When a call last succeeded; undefined if a call has failed since, or if it was too long ago. */
  readonly lastSuccessAt: number | undefined;
  /** The number of all finished calls. A change shows that the circuit is in use. */
  readonly finished: number;
}

/** A state that a circuit adopts from its fleet. */
export type AdoptedState =
  | { readonly kind: 'open'; readonly until: number; readonly trips: number; readonly reason: 'quorum' | 'probe' }
  | { readonly kind: 'closed'; readonly rampUpMs: number }
  | { readonly kind: 'isolated'; readonly reason: string | undefined };

/** Why the fleet has that state. */
export interface Adoption {
  /** True if this member made the transition. */
  readonly isOwn: boolean;
  readonly votes: number;
  readonly members: number;
}

/** Receives what a circuit reports to its fleet. */
export interface CircuitLink extends CircuitPeer {
  /** The circuit's own rules opened it, after a trip or a failed probe. */
  opened(): void;
  /** The circuit's own rules closed it. */
  closed(): void;
}
