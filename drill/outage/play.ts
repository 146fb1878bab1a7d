import { setTimeout as sleep } from 'node:timers/promises';
import { arrivals } from './arrivals.js';
import { patiently } from './patience.js';
import { type Phase, PHASES } from './scenario.js';
import type { Side } from './sides.js';

export interface Play {
  readonly sides: readonly Side[];
  readonly durationMs: number;
  readonly seed: number;
  /** Called when a phase begins. */
  readonly onPhase: (phase: Phase) => void;
  readonly signal: AbortSignal;
}

/** Takes both sides through the phases at the same time, until the last caller has an outcome. */
export async function play({ sides, durationMs, seed, onPhase, signal }: Play): Promise<void> {
  const startedAt = performance.now();
  const coming = arrivals(seed);
  let { value: next } = coming.next();
  const asked: Promise<void>[] = [];
  let endsAt = 0;
  for (const phase of PHASES) {
    const peakEndsAt = endsAt + (phase.peak ?? 1) * phase.share * durationMs;
    endsAt += phase.share * durationMs;
    for (const { tally } of sides) tally.enter(phase.name);
    await Promise.all(sides.map(({ upstream }) => upstream.enter(phase.name, phase.share * durationMs)));
    onPhase(phase);
    for (; next.atMs < endsAt; next = coming.next().value) {
      if (next.atMs >= peakEndsAt) continue;
      await sleepUntil(startedAt + next.atMs, signal);
      const { question } = next;
      asked.push(...sides.map((side) => askOnce(side, phase, question, signal)));
    }
    await sleepUntil(startedAt + endsAt, signal);
  }
  await Promise.all(asked);
}

/** A caller who asks once, and leaves if the answer takes too long. */
async function askOnce({ ask, tally }: Side, phase: Phase, question: string, signal: AbortSignal): Promise<void> {
  const { name, patienceMs, streams } = phase;
  const askedAt = performance.now();
  tally.waiting += 1;
  const answer = patiently(patienceMs, signal, (its) => ask(question, its, streams));
  const outcome = await answer.catch(() => 'failed' as const);
  tally.waiting -= 1;
  tally.count(name, outcome, performance.now() - askedAt);
}

async function sleepUntil(at: number, signal: AbortSignal): Promise<void> {
  const ms = at - performance.now();
  if (ms > 0) await sleep(ms, undefined, { signal });
}
