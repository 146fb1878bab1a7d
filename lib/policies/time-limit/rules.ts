import { MAX_TIMER_MS } from '../../core/clock.js';
import { type Duration, toMs } from '../../core/duration.js';
import type { ResolvedTimeLimitOptions } from './options.js';

/** The limits in milliseconds. */
export interface TimeLimitRules {
  readonly limitMs: number | undefined;
  readonly firstChunkMs: number | undefined;
  readonly betweenChunksMs: number | undefined;
}

export function timeLimitRules({
  limit,
  firstChunk,
  betweenChunks,
}: Partial<ResolvedTimeLimitOptions>): TimeLimitRules {
  return {
    limitMs: limitMs(limit),
    firstChunkMs: limitMs(firstChunk),
    betweenChunksMs: limitMs(betweenChunks),
  };
}

/** Messages about options that contradict each other. */
export function timeLimitContradictions(options: Partial<ResolvedTimeLimitOptions>): string[] {
  const { limit, firstChunk, betweenChunks } = options;
  if (!limit && !firstChunk && !betweenChunks)
    return ["limit: expected a duration, got none. Write: @TimeLimited('20s')"];
  return partContradictions(options);
}

/** Messages about limits of parts that are longer than the limit of the whole call. */
export function partContradictions({ limit, firstChunk, betweenChunks }: Partial<ResolvedTimeLimitOptions>): string[] {
  return Object.entries({ firstChunk, betweenChunks }).flatMap(([name, part]) =>
    limit && part && toMs(part) > toMs(limit) ? [`${name}: expected at most limit (${limit}), got ${part}`] : [],
  );
}

/** The longest timer is 24 days. */
function limitMs(duration: Duration | null | undefined): number | undefined {
  return duration ? Math.min(toMs(duration), MAX_TIMER_MS) : undefined;
}
