import { PHASES } from './scenario.js';
import type { Sides } from './sides.js';
import { type Count, percentile, type Tally } from './tally.js';

/** The figures in sentences, whichever side did better. */
export function story({ holdfast, sdk }: Sides): string[] {
  const [ours, theirs] = [holdfast.tally.total(), sdk.tally.total()];
  const half = [ours, theirs].map(({ latencies }) => seconds(percentile(latencies, 0.5)));
  return [
    `With holdfast ${ours.answered} of ${askedIn(ours)} questions got an answer, from ${ours.requests} requests upstream; ` +
      `without it ${theirs.answered}, from ${theirs.requests}.`,
    `That is ${compared(ours.answered, theirs.answered)} answers from ${compared(ours.requests, theirs.requests)} requests; ` +
      `half of the callers had an outcome within ${half[0]}, without it within ${half[1]}.`,
    `Requests that the upstream processed for callers who had left: ${holdfast.upstream.abandoned} with holdfast, ` +
      `${sdk.upstream.abandoned} without it.`,
    phasesInWords(holdfast.tally, sdk.tally),
    ...whereTheSdkIsAhead(holdfast.tally, sdk.tally),
  ];
}

function phasesInWords(ours: Tally, theirs: Tally): string {
  const limited = ours.of('rate-limited');
  const stalled = [ours, theirs].map((side) => seconds(percentile(side.of('stalled').latencies, 0.9)));
  const sent = [ours, theirs].map((side) => side.of('slow').requests + side.of('down').requests);
  return (
    `At the rate limit ${limited.answered} of ${askedIn(limited)} questions got an answer, without holdfast ` +
    `${theirs.of('rate-limited').answered}. When answers stalled, 9 of 10 callers had an outcome within ` +
    `${stalled[0]}, without it within ${stalled[1]}. While the upstream was slow or down, it got ${sent[0]} requests, ` +
    `without holdfast ${sent[1]}.`
  );
}

function whereTheSdkIsAhead(ours: Tally, theirs: Tally): string[] {
  const better = PHASES.filter(({ name }) => theirs.of(name).answered > ours.of(name).answered);
  const phases = better.map(
    ({ name }) => `${name} (${theirs.of(name).answered}, with holdfast ${ours.of(name).answered})`,
  );
  return phases.length > 0 ? [`Without holdfast more were answered in the phases ${phases.join(', ')}.`] : [];
}

function askedIn({ answered, fallback, failed }: Count): number {
  return answered + fallback + failed;
}

function compared(one: number, other: number): string {
  if (other === 0 || one === other) return one === other ? 'as many' : `${one - other} more`;
  const percent = Math.round((Math.abs(one - other) / other) * 100);
  return `${percent} % ${one > other ? 'more' : 'fewer'}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
