// All metrics that are read from the counters. Durations are histograms: each exporter makes them in its own way.
import { type Metric, RESULT } from './metric.js';
import { CIRCUIT_METRICS } from './of-circuits.js';
import { FLEET_METRICS } from './of-fleet.js';
import { METHOD_METRICS } from './of-methods.js';
import { SHARED_METRICS } from './of-shared.js';

export const METRICS: readonly Metric[] = [
  ...METHOD_METRICS,
  ...CIRCUIT_METRICS,
  ...SHARED_METRICS,
  ...FLEET_METRICS,
  {
    ...{ name: 'holdfast.settings.reloads', prometheus: 'holdfast_settings_reloads_total' },
    ...{ kind: 'counter', unit: '{reload}', help: 'How often the settings were reloaded, by result.' },
    read: ({ reloads }) =>
      Object.entries(reloads).map(([result, value]) => ({ attributes: { [RESULT]: result }, value })),
  },
];

/** The histograms of calls and of attempts. */
export const CALL_DURATION = {
  ...{ name: 'holdfast.call.duration', prometheus: 'holdfast_call_duration_seconds' },
  help: 'How long calls took, including retries and waits.',
} as const;
export const ATTEMPT_DURATION = {
  ...{ name: 'holdfast.attempt.duration', prometheus: 'holdfast_attempt_duration_seconds' },
  help: 'How long attempts took.',
} as const;
