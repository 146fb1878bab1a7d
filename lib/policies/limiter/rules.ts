import { type Duration, toMs } from '../../core/duration.js';
import type { LimiterRules } from './pace.js';

/** The options that the rules are made from. */
export interface LimitOptions {
  readonly limit: number;
  readonly per: Duration;
  readonly burst?: number | null;
  readonly fleet?: LimiterRules['fleet'] | null;
}

/** The rules: options with all defaults, durations in milliseconds. */
export function limiterRules({ limit, per, burst, fleet }: LimitOptions): LimiterRules {
  return { limit, perMs: toMs(per), burst: burst ?? 1, ...(fleet && { fleet }) };
}

/**
 * Messages about options that are missing or contradict each other. `limit` has no default: it depends on the upstream.
 */
export function limiterContradictions({
  limit,
  per,
  burst,
}: { readonly [K in keyof LimitOptions]?: LimitOptions[K] | null | undefined }): string[] {
  const problems: string[] = [];
  if (limit === undefined) problems.push('limit: expected an integer >= 1, got nothing; write limit: 60, per: "1m"');
  if (per === undefined) problems.push('per: expected a duration above 0, got nothing; write limit: 60, per: "1m"');
  if (typeof burst === 'number' && typeof limit === 'number' && burst > limit)
    problems.push(`burst: expected at most limit (${limit}), got ${burst}`);
  return problems;
}
