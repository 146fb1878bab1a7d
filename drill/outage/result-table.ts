import { table } from '#lib/cli/terminal/table.js';
import { PHASES } from './scenario.js';
import type { Sides } from './sides.js';
import { type Count, percentile } from './tally.js';

const NUMBERS = ['answered', 'fallback', 'failed', 'requests', 'p50 ms', 'p99 ms'];

/** The outcomes of the questions by phase, one side below the other. */
export function resultTable({ holdfast, sdk }: Sides): string {
  const rows = PHASES.flatMap(({ name }) => pair(name, holdfast.tally.of(name), sdk.tally.of(name)));
  return table(
    [{ head: 'phase' }, { head: 'holdfast' }, ...NUMBERS.map((head) => ({ head, align: 'right' as const }))],
    [...rows, ...pair('all', holdfast.tally.total(), sdk.tally.total())],
  );
}

function pair(name: string, one: Count, other: Count): string[][] {
  return [
    [name, 'with', ...cellsOf(one)],
    ['', 'without', ...cellsOf(other)],
  ];
}

function cellsOf({ answered, fallback, failed, requests, latencies }: Count): string[] {
  const times = [0.5, 0.99].map((share) => Math.round(percentile(latencies, share)));
  return [answered, fallback, failed, requests, ...times].map(String);
}
