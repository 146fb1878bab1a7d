import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import { BOUNDS_S } from '../call/durations.js';
import type { CallEnd, CallObserver, CallWatch } from '../call/observer.js';
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
  // A watch depends only on the method, so all calls of a method share one.
  const watches = new Map<string, CallWatch>();
  return {
    begin: (method) => {
      let watch = watches.get(method);
      if (!watch) {
        watch = {
          ...(calls && { ended: recordCalls(calls, method, extras) }),
          ...(attempts && { attempt: recordAttempts(attempts, method, extras) }),
        };
        watches.set(method, watch);
      }
      return watch;
    },
  };
}

function recordCalls(calls: Histogram, method: string, extras: Extras): (end: CallEnd) => void {
  const known = new Map<string, { readonly circuit: string | undefined; readonly attributes: Attributes }>();
  return ({ outcome, circuit, durationMs }) => {
    if (outcome !== 'success' && outcome !== 'failure') return;
    let series = known.get(outcome);
    if (!series || series.circuit !== circuit) {
      const of = { method, ...(circuit !== undefined && { circuit }) };
      series = { circuit, attributes: { ...extras(of), ...ofMethod(of), [OUTCOME]: outcome } };
      known.set(outcome, series);
    }
    calls.record(durationMs / 1000, series.attributes);
  };
}

function recordAttempts(attempts: Histogram, method: string, extras: Extras): NonNullable<CallWatch['attempt']> {
  return () => ({
    ended: ({ errorType, durationMs }) =>
      attempts.record(durationMs / 1000, {
        ...extras({ method }),
        [METHOD]: method,
        ...(errorType !== undefined && { [ERROR_TYPE]: errorType }),
      }),
  });
}

function histogram(meter: Meter, { name, help }: { readonly name: string; readonly help: string }): Histogram {
  return meter.createHistogram(name, {
    unit: 's',
    description: help,
    advice: { explicitBucketBoundaries: [...BOUNDS_S] },
  });
}
