import type { Meter, Observable, ObservableResult } from '@opentelemetry/api';
import { CIRCUIT, METHOD, type Attributes, type Metric } from '../metrics/metric.js';
import { METRICS } from '../metrics/table.js';
import { inspect } from '../runtime/inspect.js';
import type { Extras } from './extras.js';

/** Reads all counters whenever the SDK collects metrics. Returns a function that ends this. */
export function observe(meter: Meter, extras: Extras): () => void {
  const instruments = METRICS.map((metric) => [metric, instrumentOf(meter, metric)] as const);
  const callback = (result: Pick<ObservableResult, never> & { observe: Observe }): void => {
    const inspection = inspect();
    for (const [metric, instrument] of instruments)
      for (const { attributes, value } of metric.read(inspection))
        result.observe(instrument, value, { ...extraOf(attributes, extras), ...attributes });
  };
  const all = instruments.map(([, instrument]) => instrument);
  meter.addBatchObservableCallback(callback, all);
  return () => meter.removeBatchObservableCallback(callback, all);
}

type Observe = (instrument: Observable, value: number, attributes?: Attributes) => void;

function instrumentOf(meter: Meter, { name, kind, unit, help: description }: Metric): Observable {
  if (kind === 'counter') return meter.createObservableCounter(name, { unit, description });
  if (kind === 'up-down') return meter.createObservableUpDownCounter(name, { unit, description });
  return meter.createObservableGauge(name, { unit, description });
}

/** The user's additional attributes for the series of a method. */
function extraOf({ [METHOD]: method, [CIRCUIT]: circuit }: Attributes, extras: Extras) {
  if (typeof method !== 'string') return undefined;
  return extras({ method, ...(typeof circuit === 'string' && { circuit }) });
}
