import type { CircuitPeer } from '../policies/circuit/peer.js';
import type { FleetMode } from './rules.js';

/** A circuit of this process, as its fleet sees it. */
export interface CircuitPort {
  /** The circuit's name as the fleet's keys spell it. */
  readonly name: string;
  /** The name that events tell: never a key. */
  readonly label: string;
  settings(): CircuitFleetSettings;
  view(now: number): CircuitView;
  /** Takes a state from the fleet. A circuit that was moved by hand in this process stays as it is. */
  adopt(state: AdoptedState, adoption: Adoption): void;
  /** True if the circuit has been forgotten: then its member leaves. */
  readonly isGone: boolean;
  /** So many members share its retry budget. */
  shareAmong(members: number): void;
  /** Calls back once, at the next call. */
  onNextCall(listener: () => void): void;
  /** @returns a function that ends it */
  join(link: CircuitLink): () => void;
}

/** What the circuit's own rules say. Durations in milliseconds. */
export interface CircuitFleetSettings {
  readonly mode: FleetMode;
  readonly recoveryMs: number;
  readonly recoveryGrowth: number;
  readonly maxRecoveryMs: number;
  readonly probes: number;
  readonly probeIntervalMs: number;
  readonly rampUpMs: number;
}

/** The circuit at a moment. */
export interface CircuitView {
  readonly state: 'closed' | 'open' | 'half-open' | 'isolated' | 'forced-closed';
  /** Half-way to its own trip, or further. */
  readonly isHalfWay: boolean;
  /** When a call last succeeded, if no call has failed since. */
  readonly lastSuccessAt: number | undefined;
  /** How many calls have finished in all: shows whether there were any since the last look. */
  readonly finished: number;
}

/** A state that the fleet gives to a circuit. */
export type AdoptedState =
  | { readonly kind: 'open'; readonly until: number; readonly trips: number; readonly reason: 'quorum' | 'probe' }
  | { readonly kind: 'closed'; readonly rampUpMs: number }
  | { readonly kind: 'isolated'; readonly reason: string | undefined };

/** How the fleet came to that state. */
export interface Adoption {
  /** True if this member made the transition. */
  readonly isOwn: boolean;
  readonly votes: number;
  readonly members: number;
}

/** What a circuit reports to its fleet. */
export interface CircuitLink extends CircuitPeer {
  /** Its own rules opened it: a trip, or a probe that failed. */
  opened(): void;
  /** Its own rules closed it. */
  closed(): void;
}
