// The public list of `holdfast/prometheus`. It loads no package: the caller passes the registry.
import { BOUNDS_S } from '../call/durations.js';
import type { Metric } from '../metrics/metric.js';
import { METRICS } from '../metrics/table.js';
import { ConfigurationError } from '../core/errors.js';
import { shared } from '../core/shared.js';
import { inspect } from '../runtime/inspect.js';
import type { Inspection } from '../runtime/inspection.js';
import { measureDurations } from '../runtime/observers.js';
import { hasEntries, show } from '../settings/check.js';
import { families, type Family, textOf } from './text.js';

/** The parts of prom-client's `Registry` that `register` uses. */
export interface MetricRegistry {
  // oxlint-disable-next-line typescript/no-explicit-any -- its parameter is a type of prom-client, which need not be installed
  registerMetric(metric: any): void;
  removeSingleMetric(name: string): void;
  getSingleMetric?(name: string): unknown;
}

export interface RegisterOptions {
  /** Whether the durations of calls are exported, as a histogram. This reads the clock twice per call. @default true */
  readonly durations?: boolean;
  /** The bounds of the histogram, a selection of 0.01 · 2ⁿ seconds with n from 0 to 13. @default all of them */
  readonly buckets?: readonly number[];
}

/** The registries in use. All copies of the package share them, so that nothing is exported twice. */
const registered = shared('prometheus.registered', () => new WeakMap<MetricRegistry, () => void>());

/**
 * Exports all metrics through a registry of prom-client. The counters are read when Prometheus scrapes. With
 * `durations`, the durations of calls are measured from now on. Registering twice changes nothing.
 * @returns a function that removes the metrics from the registry
 * @throws {ConfigurationError} for anything that is not a registry, and for invalid options
 */
export function register(registry: MetricRegistry, options: RegisterOptions = {}): () => void {
  checkRegistry(registry);
  checkOptions(options);
  const { durations = true, buckets = BOUNDS_S } = options;
  const known = registered.get(registry);
  if (known && !wasCleared(registry)) return known;
  known?.();
  const read = oncePerScrape();
  const all = families(
    [...buckets].sort((one, other) => one - other),
    durations,
  );
  const added = addAll(
    registry,
    all.map((family) => metricOf(family, read)),
  );
  const stop = durations ? measureDurations() : undefined;
  const undo = (): void => {
    if (registered.get(registry) !== undo) return;
    registered.delete(registry);
    stop?.();
    for (const name of added) registry.removeSingleMetric(name);
  };
  registered.set(registry, undo);
  return undo;
}

let stopMeasuring: (() => void) | undefined;

/**
 * Returns all metrics in Prometheus' text format 0.0.4, for a `/metrics` route of your own. Send it as
 * `text/plain; version=0.0.4`. The durations of calls are measured from the first use of this function on.
 */
export function metricsText(): string {
  stopMeasuring ??= measureDurations();
  return textOf(families(), inspect());
}

/** All values share this object. Without it, prom-client makes an object for each value. */
const NONE_SHARED = Object.freeze({});

/** A metric as prom-client expects it, made without its classes. It reads the values when Prometheus scrapes. */
function metricOf({ name, help, type, read }: Family, inspection: () => Inspection) {
  const metric = {
    ...{ name, help, type, aggregator: 'sum' },
    get: async () => ({
      // For OpenMetrics, the registry removes `_total` from the metric's name and appends it to the name of each value.
      ...{ name: metric.name, help, type, aggregator: 'sum' },
      values: read(inspection()).map(({ name: line, labels, value }) => ({
        ...(line !== name && { metricName: line }),
        ...{ labels, sharedLabels: NONE_SHARED, value },
      })),
    }),
    reset: () => undefined,
  };
  return metric;
}

/** Reads the counters once per scrape: prom-client asks for all metrics of a scrape in the same turn. */
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

/** True if `registry.clear()` has removed the metrics. */
function wasCleared(registry: MetricRegistry): boolean {
  const [first] = METRICS;
  return registry.getSingleMetric !== undefined && registry.getSingleMetric((first as Metric).prometheus) === undefined;
}

/** Adds all metrics and returns their names. Adds none if the registry throws: it rejects a name that exists already. */
function addAll(registry: MetricRegistry, metrics: readonly { readonly name: string }[]): string[] {
  const added: string[] = [];
  try {
    for (const metric of metrics) {
      const { name } = metric;
      registry.registerMetric(metric);
      added.push(name);
    }
  } catch (error) {
    for (const name of added) registry.removeSingleMetric(name);
    throw error;
  }
  return added;
}

function checkRegistry(registry: unknown): void {
  const { registerMetric, removeSingleMetric } = (registry ?? {}) as Partial<MetricRegistry>;
  if (typeof registerMetric === 'function' && typeof removeSingleMetric === 'function') return;
  throw new ConfigurationError([
    `register: expected a Registry of prom-client, got ${show(registry)}. Write: register(client.register)`,
  ]);
}

const OPTIONS: ReadonlySet<string> = new Set(['durations', 'buckets']);

function checkOptions(options: RegisterOptions): void {
  if (!hasEntries(options))
    throw new ConfigurationError([`register: expected an object of options, got ${show(options)}`]);
  const { durations, buckets } = options;
  const problems = Object.keys(options)
    .filter((key) => !OPTIONS.has(key))
    .map((key) => `register: unknown option "${key}". Known: ${[...OPTIONS].join(', ')}`);
  if (durations !== undefined && typeof durations !== 'boolean')
    problems.push(`register: durations: expected true or false, got ${show(durations)}`);
  if (buckets !== undefined) problems.push(...problemsOfBuckets(buckets));
  if (problems.length > 0) throw new ConfigurationError(problems);
}

function problemsOfBuckets(buckets: unknown): string[] {
  const expected = `register: buckets: expected some of ${BOUNDS_S.join(', ')}, got`;
  if (!Array.isArray(buckets)) return [`${expected} ${show(buckets)}`];
  const wrong = buckets.filter((bound) => !BOUNDS_S.includes(bound));
  return wrong.length > 0 ? [`${expected} ${wrong.map((bound) => show(bound)).join(', ')}`] : [];
}
