import { say } from '#lib/cli/terminal/output.js';
import type { CircuitStateName } from 'holdfast';
import type { View } from './view.js';

const MEANING: Readonly<Record<CircuitStateName, string>> = {
  closed: 'every call passes',
  open: 'nothing is sent, the fallback answers',
  'half-open': 'one call tries the upstream',
  isolated: 'nothing is sent',
  'forced-closed': 'every call passes, whatever fails',
};

/** Prints a line for each change of the phase and of the circuit: for pipes and simple terminals. */
export function plainView(): View {
  const startedAt = performance.now();
  const print = (line: string): void =>
    say(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${line}`);
  return {
    enter: ({ name, description }) => print(`${name}: ${description}`),
    circuit: (state) => print(`  circuit ${state}: ${MEANING[state]}`),
    end: () => say(),
  };
}
