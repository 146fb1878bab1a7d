import type { CircuitStateName } from '../../core/events.js';
import { say } from '../terminal/output.js';
import type { View } from './view.js';

const MEANS: Readonly<Record<CircuitStateName, string>> = {
  closed: 'every call passes',
  open: 'nothing is sent, the fallback answers',
  'half-open': 'one call tries the upstream',
  isolated: 'nothing is sent',
  'forced-closed': 'every call passes, whatever fails',
};

/** A line for each change of the phase and of the circuit, where nothing can be drawn over. */
export function plainView(): View {
  const startedAt = performance.now();
  const tell = (line: string): void =>
    say(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${line}`);
  return {
    enter: ({ name, says }) => tell(`${name}: ${says}`),
    circuit: (state) => tell(`  circuit ${state}: ${MEANS[state]}`),
    end: () => say(),
  };
}
