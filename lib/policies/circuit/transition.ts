import type { CircuitOpened, TransitionEvent } from '../../core/events.js';
import { factsOf } from '../../core/failure.js';
import type { FleetCause, TransitionCause } from './cause.js';
import type { CircuitState } from './state.js';

/** The event of a transition into `state`. Without a method, the transition was made by hand. */
export function transitionEvent(
  circuit: string,
  state: CircuitState,
  { method, failure, fleet }: TransitionCause = {},
): TransitionEvent {
  const of = { circuit, ...(method !== undefined && { method }), ...(fleet && byFleet(fleet)) };
  switch (state.kind) {
    case 'closed':
    case 'forced-closed':
      return { type: 'circuit_closed', state: state.kind, ...of };
    case 'half-open':
      return { type: 'circuit_half_open', state: 'half-open', ...of };
    case 'isolated':
      return { type: 'circuit_opened', state: 'isolated', ...of };
    case 'open':
      return {
        type: 'circuit_opened',
        state: 'open',
        trips: state.trips,
        reason: fleet?.reason ?? state.reason,
        ...of,
        ...(failure && factsOf(failure)),
      };
  }
}

function byFleet({ adopted, votes, members }: FleetCause): Pick<CircuitOpened, 'by' | 'adopted' | 'votes' | 'members'> {
  return { by: 'fleet', ...(adopted && { adopted }), ...(votes > 0 && { votes }), ...(members > 0 && { members }) };
}
