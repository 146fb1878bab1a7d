import type { CircuitStateName } from '../../core/events.js';
import type { Phase } from './scenario.js';

/** Shows the drill while it goes on. */
export interface View {
  enter(phase: Phase): void;
  circuit(state: CircuitStateName): void;
  /** `cutShort`: nothing follows that says more. */
  end(cutShort: boolean): void;
}
