// Metrics of what several methods share under a name: gates, bulkheads and limiters. The values of all keys are added.
import type { GateStats, Inspection, LimiterStats, NamedBulkheadStats } from '../runtime/inspection.js';
import { BULKHEAD, GATE, LIMITER, type Metric } from './metric.js';

function perGate(metric: Omit<Metric, 'read'>, valueOf: (stats: GateStats) => number): Metric {
  return {
    ...metric,
    read: ({ gates }) => gates.map((stats) => ({ attributes: { [GATE]: stats.gate }, value: valueOf(stats) })),
  };
}

/** The bulkheads with a name of their own. The metrics of the method show all others. */
function sharedBulkheads({ bulkheads, methods }: Inspection): readonly NamedBulkheadStats[] {
  const own = new Set(methods.map(({ method }) => method));
  return bulkheads.filter(({ bulkhead }) => !own.has(bulkhead));
}

function perBulkhead(field: 'limit' | 'running' | 'queued' | 'abandoned', help: string): Metric {
  return {
    ...{ name: `holdfast.shared_bulkhead.${field}`, prometheus: `holdfast_shared_bulkhead_${field}`, help },
    ...{ kind: 'gauge', unit: '{call}' },
    read: (inspection) =>
      sharedBulkheads(inspection).map((stats) => ({ attributes: { [BULKHEAD]: stats.bulkhead }, value: stats[field] })),
  };
}

function perLimiter(metric: Omit<Metric, 'read'>, valueOf: (stats: LimiterStats) => number): Metric {
  return {
    ...metric,
    read: ({ limiters }) =>
      limiters.map((stats) => ({ attributes: { [LIMITER]: stats.limiter }, value: valueOf(stats) })),
  };
}

export const SHARED_METRICS: readonly Metric[] = [
  perGate(
    {
      ...{ name: 'holdfast.gate.closed', prometheus: 'holdfast_gate_closed_seconds', kind: 'gauge', unit: 's' },
      help: 'How long a rate limit keeps the gate closed.',
    },
    ({ closedForMs }) => closedForMs / 1000,
  ),
  perGate(
    {
      ...{ name: 'holdfast.gate.waiting', prometheus: 'holdfast_gate_waiting', kind: 'gauge', unit: '{call}' },
      help: 'Calls that wait for the gate to open.',
    },
    ({ waiting }) => waiting,
  ),
  perGate(
    {
      ...{ name: 'holdfast.gate.closings', prometheus: 'holdfast_gate_closings_total', kind: 'counter' },
      ...{ unit: '{closing}', help: 'How often a rate limit closed the gate.' },
    },
    ({ closings }) => closings,
  ),
  perBulkhead('limit', 'Calls that the bulkhead of this name admits at the same time.'),
  perBulkhead('running', 'Calls that hold a permit of the bulkhead of this name.'),
  perBulkhead('queued', 'Calls that wait for a permit of the bulkhead of this name.'),
  perBulkhead('abandoned', 'Calls that still hold a permit although their caller has already got an error.'),
  perLimiter(
    {
      ...{ name: 'holdfast.limiter.waiting', prometheus: 'holdfast_limiter_waiting', kind: 'gauge', unit: '{call}' },
      help: 'Calls that wait for a rate limiter.',
    },
    ({ waiting }) => waiting,
  ),
  perLimiter(
    {
      ...{ name: 'holdfast.limiter.refused', prometheus: 'holdfast_limiter_refused_total', kind: 'counter' },
      ...{ unit: '{call}', help: 'Calls that a rate limiter rejected.' },
    },
    ({ refused }) => refused,
  ),
  perLimiter(
    {
      ...{ name: 'holdfast.limiter.wait', prometheus: 'holdfast_limiter_wait_seconds', kind: 'gauge', unit: 's' },
      help: 'How long a new call would wait for the rate limiter.',
    },
    ({ retryAfterMs }) => retryAfterMs / 1000,
  ),
];
