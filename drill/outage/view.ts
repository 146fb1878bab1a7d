import type { CircuitStateName } from 'holdfast';
import type { Phase } from './scenario.js';

/** Shows the drill while it runs. */
export interface View {
  enter(phase: Phase): void;
  circuit(state: CircuitStateName): void;
  /** `cutShort`: the drill was interrupted, so the last view stays on the screen. */
  end(cutShort: boolean): void;
}
