// Every metric that is read from the counters. Durations are histograms, which each exporter makes in its own way.
import { BULKHEAD, GATE, LIMITER, type Metric, RESULT } from './metric.js';
import { CIRCUIT_METRICS } from './of-circuits.js';
import { METHOD_METRICS } from './of-methods.js';

export const METRICS: readonly Metric[] = [
  ...METHOD_METRICS,
  ...CIRCUIT_METRICS,
  {
    ...{ name: 'holdfast.gate.closed', prometheus: 'holdfast_gate_closed_seconds', kind: 'gauge', unit: 's' },
    help: 'How long a rate limit keeps the gate closed.',
    read: ({ gates }) =>
      gates.map(({ gate, closedForMs }) => ({ attributes: { [GATE]: gate }, value: closedForMs / 1000 })),
  },
  {
    ...{ name: 'holdfast.gate.waiting', prometheus: 'holdfast_gate_waiting', kind: 'gauge', unit: '{call}' },
    help: 'Calls that wait for the gate to open.',
    read: ({ gates }) => gates.map(({ gate, waiting }) => ({ attributes: { [GATE]: gate }, value: waiting })),
  },
  {
    ...{ name: 'holdfast.shared_bulkhead.running', prometheus: 'holdfast_shared_bulkhead_running' },
    ...{ kind: 'gauge', unit: '{call}', help: 'Calls that hold a permit of a bulkhead that is shared by its name.' },
    read: ({ bulkheads }) =>
      bulkheads.map(({ bulkhead, running }) => ({ attributes: { [BULKHEAD]: bulkhead }, value: running })),
  },
  {
    ...{ name: 'holdfast.limiter.refused', prometheus: 'holdfast_limiter_refused_total' },
    ...{ kind: 'counter', unit: '{call}', help: 'Calls that a rate limiter refused.' },
    read: ({ limiters }) =>
      limiters.map(({ limiter, refused }) => ({ attributes: { [LIMITER]: limiter }, value: refused })),
  },
  {
    ...{ name: 'holdfast.settings.reloads', prometheus: 'holdfast_settings_reloads_total' },
    ...{ kind: 'counter', unit: '{reload}', help: 'How often the settings were read again, and what came of it.' },
    read: ({ reloads }) =>
      Object.entries(reloads).map(([result, value]) => ({ attributes: { [RESULT]: result }, value })),
  },
];

/** The histogram of calls, and the one of attempts. */
export const CALL_DURATION = {
  ...{ name: 'holdfast.call.duration', prometheus: 'holdfast_call_duration_seconds' },
  help: 'How long calls took, retries and waits included.',
} as const;
export const ATTEMPT_DURATION = {
  ...{ name: 'holdfast.attempt.duration', prometheus: 'holdfast_attempt_duration_seconds' },
  help: 'How long attempts took.',
} as const;
