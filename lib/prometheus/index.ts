// The public list of `holdfast/prometheus`. Loads no package: the registry is handed in.
import { BOUNDS_S } from '../call/durations.js';
import type { Metric } from '../metrics/metric.js';
import { METRICS } from '../metrics/table.js';
import { ConfigurationError } from '../core/errors.js';
import { shared } from '../core/shared.js';
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
  getSingleMetric?(name: string): unknown;
}

export interface RegisterOptions {
  /** Whether the histogram of calls is exported. Measuring reads the clock twice for each call. @default true */
  readonly durations?: boolean;
  /** Which of the bounds 0.01 · 2ⁿ seconds, n from 0 to 13, the histogram has. @default all of them */
  readonly buckets?: readonly number[];
}

/** Shared by all copies of the package, which would otherwise export everything twice. */
const registered = shared('prometheus.registered', () => new WeakMap<MetricRegistry, () => void>());

/**
 * Exports all metrics through a registry of prom-client. They are read when Prometheus scrapes; with `durations`, calls are
 * measured from now on. Registering twice changes nothing.
 * @returns a function that takes the metrics out again
 * @throws {ConfigurationError} for anything but a registry, and for buckets that are none of its bounds
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
 * All metrics in Prometheus' text format 0.0.4, for a `/metrics` of your own: send it as `text/plain; version=0.0.4`. From
 * the first call on, the durations of calls are measured.
 */
export function metricsText(): string {
  stopMeasuring ??= measureDurations();
  return textOf(families(), inspect());
}

/** One for all: prom-client keeps an object for each that is not given. */
const NONE_SHARED = Object.freeze({});

/** A metric of prom-client, made without its classes: it asks for the values when it is scraped. */
function metricOf({ name, help, type, read }: Family, inspection: () => Inspection) {
  const metric = {
    ...{ name, help, type, aggregator: 'sum' },
    get: async () => ({
      // For OpenMetrics, the registry takes _total off the name and puts it behind each value.
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

/** True if `registry.clear()` has taken the metrics out since. */
function wasCleared(registry: MetricRegistry): boolean {
  const [first] = METRICS;
  return registry.getSingleMetric !== undefined && registry.getSingleMetric((first as Metric).prometheus) === undefined;
}

/** All or none: a registry takes no second metric of one name. Returns their names. */
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
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError([`register: expected an object of options, got ${show(options)}`]);
  const { durations, buckets } = options;
  const problems = Object.keys(options)
    .filter((key) => !OPTIONS.has(key))
    .map((key) => `register: ${key} is no option; the options are ${[...OPTIONS].join(', ')}`);
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
