import { PHASES } from './scenario.js';
import type { Sides } from './sides.js';
import { type Count, percentile } from './tally.js';

/** What the figures come to, whichever way they fell. */
export function story({ holdfast, sdk }: Sides): string[] {
  const [ours, theirs] = [holdfast.tally.total(), sdk.tally.total()];
  const asked = ours.answered + ours.fallback + ours.failed;
  const half = [ours, theirs].map(({ latencies }) => seconds(percentile(latencies, 0.5)));
  return [
    `With holdfast ${ours.answered} of ${asked} questions got an answer, from ${ours.requests} requests upstream; ` +
      `without it ${theirs.answered}, from ${theirs.requests}.`,
    `That is ${compared(ours.answered, theirs.answered)} answers from ${compared(ours.requests, theirs.requests)} requests; ` +
      `half of the callers knew within ${half[0]} rather than ${half[1]}.`,
    `Requests that were worked off for callers who had left: ${holdfast.upstream.abandoned} with holdfast, ` +
      `${sdk.upstream.abandoned} without it.`,
    ...whereTheSdkDidBetter(holdfast.tally.of.bind(holdfast.tally), sdk.tally.of.bind(sdk.tally)),
  ];
}

type Of = (phase: (typeof PHASES)[number]['name']) => Count;

function whereTheSdkDidBetter(ours: Of, theirs: Of): string[] {
  const better = PHASES.filter(({ name }) => theirs(name).answered > ours(name).answered);
  const told = better.map(({ name }) => `${name} (${theirs(name).answered}, not ${ours(name).answered})`);
  return told.length > 0 ? [`Without holdfast more were answered while the upstream was ${told.join(' and ')}.`] : [];
}

function compared(one: number, other: number): string {
  if (other === 0 || one === other) return one === other ? 'as many' : `${one - other} more`;
  const percent = Math.round((Math.abs(one - other) / other) * 100);
  return `${percent} % ${one > other ? 'more' : 'fewer'}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
