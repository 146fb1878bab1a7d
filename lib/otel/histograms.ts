import type { Histogram, Meter } from '@opentelemetry/api';
import { BOUNDS_S } from '../call/durations.js';
import type { CallEnd, CallObserver } from '../call/observer.js';
import { ERROR_TYPE, METHOD, ofMethod, OUTCOME } from '../metrics/metric.js';
import { ATTEMPT_DURATION, CALL_DURATION } from '../metrics/table.js';
import type { Extras } from './extras.js';

/** Records how long calls and attempts took. */
export function histograms(
  meter: Meter,
  wanted: { readonly durations: boolean; readonly attemptDurations: boolean },
  extras: Extras,
): CallObserver {
  const calls = wanted.durations ? histogram(meter, CALL_DURATION) : undefined;
  const attempts = wanted.attemptDurations ? histogram(meter, ATTEMPT_DURATION) : undefined;
  return {
    begin: (method) => ({
      ...(calls && { ended: (end: CallEnd) => record(calls, method, end, extras) }),
      ...(attempts && {
        attempt: () => ({
          ended: ({ errorType, durationMs }) =>
            attempts.record(durationMs / 1000, {
              ...extras({ method }),
              [METHOD]: method,
              ...(errorType !== undefined && { [ERROR_TYPE]: errorType }),
            }),
        }),
      }),
    }),
  };
}

function record(calls: Histogram, method: string, { outcome, circuit, durationMs }: CallEnd, extras: Extras): void {
  if (outcome !== 'success' && outcome !== 'failure') return;
  const of = { method, ...(circuit !== undefined && { circuit }) };
  calls.record(durationMs / 1000, { ...extras(of), ...ofMethod(of), [OUTCOME]: outcome });
}

function histogram(meter: Meter, { name, help }: { readonly name: string; readonly help: string }): Histogram {
  return meter.createHistogram(name, {
    unit: 's',
    description: help,
    advice: { explicitBucketBoundaries: [...BOUNDS_S] },
  });
}
