import type { Failure } from '../../core/failure.js';
import type { CircuitState } from './state.js';

/** The cause of a transition. All fields are undefined if it was made by hand. */
export interface TransitionCause {
  /** The method whose call caused it. */
  readonly method?: string | undefined;
  /** The failure of that call. */
  readonly failure?: Failure | undefined;
  /** Set if the fleet caused it. */
  readonly fleet?: FleetCause | undefined;
}

/** Why a fleet made a transition that its members adopt. */
export interface FleetCause {
  readonly reason?: 'quorum' | 'probe' | undefined;
  /** True if another member made it. */
  readonly adopted: boolean;
  readonly votes: number;
  readonly members: number;
}

export type OnTransition = (state: CircuitState, epoch: number, cause: TransitionCause) => void;

export const BY_HAND: TransitionCause = Object.freeze({});
