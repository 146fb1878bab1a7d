import type { Failure } from '../../core/failure.js';
import type { CircuitState } from './state.js';

/** What brought a transition about. By hand, both are undefined. */
export interface TransitionCause {
  /** The method whose call did. */
  readonly method?: string | undefined;
  /** What that call failed with. */
  readonly failure?: Failure | undefined;
  /** Set if the fleet did. */
  readonly fleet?: FleetCause | undefined;
}

/** How a fleet came to a transition that its members take over. */
export interface FleetCause {
  readonly reason?: 'quorum' | 'probe' | undefined;
  /** True if another member made it. */
  readonly adopted: boolean;
  readonly votes: number;
  readonly members: number;
}

export type OnTransition = (state: CircuitState, epoch: number, cause: TransitionCause) => void;

export const BY_HAND: TransitionCause = Object.freeze({});
