// The public list of `holdfast/prometheus`. Loads no package: the registry is handed in.
import { BOUNDS_S } from '../call/durations.js';
import { ConfigurationError } from '../core/errors.js';
import { inspect } from '../runtime/inspect.js';
import type { Inspection } from '../runtime/inspection.js';
import { measureDurations } from '../runtime/observers.js';
import { show } from '../settings/check.js';
import { families, type Family, textOf } from './text.js';

/** What `register` needs of prom-client's `Registry`. */
export interface MetricRegistry {
  // oxlint-disable-next-line typescript/no-explicit-any -- its parameter is a type of prom-client, which need not be installed
  registerMetric(metric: any): void;
  removeSingleMetric(name: string): void;
}

export interface RegisterOptions {
  /** Whether the histogram of calls is exported. Measuring reads the clock twice for each call. @default true */
  readonly durations?: boolean;
  /** Which of the bounds 0.01 · 2ⁿ seconds, n from 0 to 13, the histogram has. @default all of them */
  readonly buckets?: readonly number[];
}

const registered = new WeakMap<MetricRegistry, () => void>();

/**
 * Exports all metrics through a registry of prom-client. They are read when Prometheus scrapes; with `durations`, calls are
 * measured from now on. Registering twice changes nothing.
 * @returns a function that takes the metrics out again
 * @throws {ConfigurationError} for anything but a registry, and for buckets that are none of its bounds
 */
export function register(registry: MetricRegistry, options: RegisterOptions = {}): () => void {
  const { durations = true, buckets = BOUNDS_S } = options;
  checkRegistry(registry);
  checkBuckets(buckets);
  const known = registered.get(registry);
  if (known) return known;
  const read = oncePerScrape();
  const all = families(
    [...buckets].sort((one, other) => one - other),
    durations,
  );
  for (const family of all) registry.registerMetric(metricOf(family, read));
  const stop = durations ? measureDurations() : undefined;
  const undo = (): void => {
    if (registered.get(registry) !== undo) return;
    registered.delete(registry);
    stop?.();
    for (const { name } of all) registry.removeSingleMetric(name);
  };
  registered.set(registry, undo);
  return undo;
}

let stopMeasuring: (() => void) | undefined;

/**
 * All metrics in Prometheus' text format 0.0.4, for a `/metrics` of your own: send it as `text/plain; version=0.0.4`. From
 * the first call on, the durations of calls are measured.
 */
export function metricsText(): string {
  stopMeasuring ??= measureDurations();
  return textOf(families(), inspect());
}

/** A metric of prom-client, made without its classes: it asks for the values when it is scraped. */
function metricOf({ name, help, type, read }: Family, inspection: () => Inspection) {
  const metric = {
    ...{ name, help, type, aggregator: 'sum' },
    get: async () => ({
      // For OpenMetrics, the registry takes _total off the name and puts it behind each value.
      ...{ name: metric.name, help, type, aggregator: 'sum' },
      values: read(inspection()).map(({ name: line, labels, value }) => ({
        ...(line !== name && { metricName: line }),
        labels,
        value,
      })),
    }),
    reset: () => undefined,
  };
  return metric;
}

/** All metrics of one scrape are asked for in one turn: they are read once. */
function oncePerScrape(): () => Inspection {
  let last: Inspection | undefined;
  return () => {
    if (!last) {
      last = inspect();
      queueMicrotask(() => (last = undefined));
    }
    return last;
  };
}

function checkRegistry(registry: unknown): void {
  const { registerMetric, removeSingleMetric } = (registry ?? {}) as Partial<MetricRegistry>;
  if (typeof registerMetric === 'function' && typeof removeSingleMetric === 'function') return;
  throw new ConfigurationError([
    `register: expected a Registry of prom-client, got ${show(registry)}. Write: register(client.register)`,
  ]);
}

function checkBuckets(buckets: readonly number[]): void {
  const problems = [...buckets].filter((bound) => !BOUNDS_S.includes(bound));
  if (problems.length === 0) return;
  throw new ConfigurationError([
    `register: buckets: expected some of ${BOUNDS_S.join(', ')}, got ${problems.map((bound) => show(bound)).join(', ')}`,
  ]);
}
