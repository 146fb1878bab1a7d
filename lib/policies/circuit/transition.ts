import type { ResilienceEvent } from '../../core/events.js';
import { type Failure, factsOf } from '../../core/failure.js';
import type { Site } from '../../core/site.js';
import type { CircuitState } from './state.js';

/** The event of having come into `state`. Without a method it was by hand. */
export function transitionEvent(
  circuit: string,
  state: CircuitState,
  method?: string,
  failure?: Failure,
): ResilienceEvent {
  const of = { circuit, ...(method !== undefined && { method }) };
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
        reason: state.reason,
        ...of,
        ...(failure && factsOf(failure)),
      };
  }
}

/** Tells the transition that the circuit has just made. */
export function tellTransition(site: Site, circuit: string, state: CircuitState, now: number, failure?: Failure): void {
  const event = transitionEvent(circuit, state, site.method, failure);
  site.channel(event.type).audience(now)?.(event);
}
