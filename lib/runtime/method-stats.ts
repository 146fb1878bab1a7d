import type { Durations } from '../call/durations.js';
import { CAPACITY, type RetryBudget } from '../call/retry-budget.js';
import type { CallStats } from '../call/stats.js';
import { GAVE_UP_REASONS } from '../core/events.js';
import { smallest } from '../core/extremes.js';
import { FAILURE_KINDS } from '../core/failure.js';
import type { CountedMethod } from './counted.js';
import type { BudgetStats, CallCount, MethodStats } from './inspection.js';

/** The counters of all functions with one name, added up. */
export function methodStats(method: string, counted: readonly CountedMethod[], now: number): MethodStats {
  const all = counted.map(({ stats }) => stats);
  // If another library's wrapper splits a stack, the outer part counts calls and the inner part counts attempts.
  const outer = all.filter(({ isBeneath }) => !isBeneath);
  const sum = (of: (stats: CallStats) => number, among = all): number =>
    among.reduce((total, stats) => total + of(stats), 0);
  const circuit = all.find((stats) => stats.circuit !== undefined)?.circuit;
  const durations = durationsOf(outer);
  const bulkhead = bulkheadOf(all);
  return {
    method,
    ...(circuit !== undefined && { circuit }),
    started: sum(({ started }) => started, outer),
    calls: callsOf(outer),
    attempts: sum(
      ({ attempts }) => attempts,
      all.filter(({ isOuter }) => !isOuter),
    ),
    recovered: sum(({ recovered }) => recovered),
    retries: recordOf(FAILURE_KINDS, (kind) => sum(({ retries }) => retries[kind] ?? 0)),
    gaveUp: recordOf(GAVE_UP_REASONS, (reason) => sum(({ gaveUp }) => gaveUp[reason] ?? 0)),
    hedges: {
      started: sum(({ hedgesStarted }) => hedgesStarted),
      won: sum(({ hedgesWon }) => hedgesWon),
      refused: sum(({ hedgesRefused }) => hedgesRefused),
    },
    ...(durations && { durations }),
    ...(bulkhead && { bulkhead }),
    budget: budgetOf(
      counted.map(({ budget }) => budget),
      now,
    ),
  };
}

/** The fewest tokens and the smallest capacity of several budgets. */
export function budgetOf(budgets: readonly RetryBudget[], now: number): BudgetStats {
  const tokens = budgets.map((budget) => budget.tokensAt(now));
  const capacities = budgets.map(({ capacity }) => capacity);
  return { tokens: smallest(tokens, CAPACITY), capacity: smallest(capacities, CAPACITY) };
}

export function recordOf<K extends string>(keys: readonly K[], valueOf: (key: K) => number): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, valueOf(key)])) as Record<K, number>;
}

const REFUSED_BY = ['circuit-open', 'concurrency-limit', 'rate-limit-wait'] as const;

function callsOf(all: readonly CallStats[]): CallCount[] {
  const sum = (of: (stats: CallStats) => number | undefined): number =>
    all.reduce((total, stats) => total + (of(stats) ?? 0), 0);
  const calls: CallCount[] = [
    { outcome: 'success', count: sum(({ succeeded }) => succeeded) },
    { outcome: 'fallback', count: sum(({ fellBack }) => fellBack) },
    { outcome: 'cancelled', count: sum(({ cancelled }) => cancelled) },
    ...FAILURE_KINDS.map((errorType): CallCount => {
      return { outcome: 'failure', errorType, count: sum(({ failed }) => failed[errorType]) };
    }),
    ...REFUSED_BY.map((errorType): CallCount => {
      return { outcome: 'refused', errorType, count: sum(({ refused }) => refused[errorType]) };
    }),
  ];
  return calls.filter(({ count }) => count > 0);
}

function durationsOf(all: readonly CallStats[]): MethodStats['durations'] {
  const measured = all.flatMap(({ durations }) => durations ?? []);
  if (measured.length === 0) return undefined;
  return (['success', 'failure'] as const).map((outcome) => {
    const parts = measured.map((durations): Durations => durations[outcome]);
    const counts = (parts[0] as Durations).counts.map((_, i) =>
      parts.reduce((total, part) => total + (part.counts[i] as number), 0),
    );
    return { outcome, counts, sum: parts.reduce((total, part) => total + part.sum, 0) };
  });
}

function bulkheadOf(all: readonly CallStats[]): MethodStats['bulkhead'] {
  const found = all.flatMap(({ bulkhead }) => bulkhead?.() ?? []);
  if (found.length === 0) return undefined;
  const sum = (of: (one: (typeof found)[number]) => number): number => found.reduce((total, one) => total + of(one), 0);
  return {
    limit: sum(({ limit }) => limit),
    running: sum(({ running }) => running),
    queued: sum(({ queued }) => queued),
    queueLimit: sum(({ queueLimit }) => queueLimit),
    abandoned: sum(({ abandoned }) => abandoned),
  };
}
