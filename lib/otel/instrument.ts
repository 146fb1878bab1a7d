import { metrics, trace, type Meter, type Tracer } from '@opentelemetry/api';
import { ConfigurationError } from '../core/errors.js';
import { shared } from '../core/shared.js';
import { observeCalls } from '../runtime/observers.js';
import { onEvent } from '../runtime/runtime.js';
import { hasEntries, show } from '../settings/check.js';
import { emitter } from './events.js';
import { extrasOf } from './extras.js';
import { histograms } from './histograms.js';
import { observe } from './observables.js';
import type { LogProvider, MeterSource, TracerSource } from './providers.js';
import { spansOf } from './spans.js';

/** Options of `instrument`. */
export interface InstrumentOptions {
  /** Makes the meter. @default the global provider of `@opentelemetry/api` */
  readonly meterProvider?: MeterSource;
  /** Makes the tracer. @default the global provider of `@opentelemetry/api` */
  readonly tracerProvider?: TracerSource;
  /** Makes the logger for `events: 'log'`. @default the global provider of `@opentelemetry/api-logs` */
  readonly loggerProvider?: LogProvider;
  /** Whether the durations of calls are recorded. @default true */
  readonly durations?: boolean;
  /** Whether the durations of attempts are recorded. @default false */
  readonly attemptDurations?: boolean;
  /** `'call'`: a span for each call. `'attempt'`: also a span for each attempt. @default false */
  readonly spans?: false | 'call' | 'attempt';
  /** Where events are recorded: in the active span, in the log, or nowhere. @default 'span' */
  readonly events?: 'span' | 'log' | 'none';
  /** Returns additional attributes for a method's metrics and spans. Called once for each method. @default none */
  readonly attributes?: (of: {
    readonly method: string;
    readonly circuit?: string;
  }) => Readonly<Record<string, string>>;
}

const NAME = 'holdfast';

/** The active instrumentations. All copies of the package share them, so that nothing is exported twice. */
const { instrumented, ofGlobal } = shared('otel.instrumented', () => ({
  instrumented: new WeakMap<object, () => void>(),
  /** The key of the global provider, which is replaced by another object when the SDK starts. */
  ofGlobal: {},
}));

/**
 * Exports metrics, events and, with `spans`, spans through OpenTelemetry. Call it before or after the SDK starts. A
 * second call for the same meter provider changes nothing.
 * @returns a function that ends the export
 * @throws {ConfigurationError} for invalid providers and unknown options
 */
export function instrument(options: InstrumentOptions = {}): () => void {
  checkOptions(options);
  const { meterProvider, tracerProvider, loggerProvider } = options;
  const { durations = true, attemptDurations = false, spans = false, events = 'span' } = options;
  const key = meterProvider ?? ofGlobal;
  const known = instrumented.get(key);
  if (known) return known;
  // First, because it may throw.
  const emit = events === 'none' ? undefined : emitter(events, loggerProvider);
  const meter: Meter = (meterProvider ?? metrics).getMeter(NAME);
  const extras = extrasOf(options.attributes);
  const undo = [observe(meter, extras)];
  if (durations || attemptDurations)
    undo.push(observeCalls(histograms(meter, { durations, attemptDurations }, extras)));
  if (spans) {
    const tracer: Tracer = (tracerProvider ?? trace).getTracer(NAME);
    undo.push(observeCalls(spansOf(tracer, spans, extras)));
  }
  if (emit) undo.push(onEvent(emit));
  const end = (): void => {
    if (instrumented.get(key) === end) instrumented.delete(key);
    for (const one of undo.splice(0)) one();
  };
  instrumented.set(key, end);
  return end;
}

const PROVIDERS = { meterProvider: 'getMeter', tracerProvider: 'getTracer', loggerProvider: 'getLogger' } as const;
const CHOICES: Readonly<Record<string, readonly unknown[]>> = {
  durations: [true, false],
  attemptDurations: [true, false],
  spans: [false, 'call', 'attempt'],
  events: ['span', 'log', 'none'],
};

function checkOptions(options: InstrumentOptions): void {
  if (!hasEntries(options))
    throw new ConfigurationError([`instrument: expected an object of options, got ${show(options)}`]);
  const problems: string[] = [];
  for (const [key, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined) continue;
    if (Object.hasOwn(PROVIDERS, key)) {
      const method = PROVIDERS[key as keyof typeof PROVIDERS];
      if (typeof (value as Record<string, unknown> | null)?.[method] !== 'function')
        problems.push(`instrument: ${key}: expected an object with ${method}(), got ${show(value)}`);
    } else if (CHOICES[key]) {
      const allowed = CHOICES[key];
      const expected = allowed.map((one) => JSON.stringify(one)).join(', ');
      if (!allowed.includes(value))
        problems.push(`instrument: ${key}: expected one of ${expected}, got ${show(value)}`);
    } else if (key !== 'attributes') {
      const known = [...Object.keys(PROVIDERS), ...Object.keys(CHOICES), 'attributes'].join(', ');
      problems.push(`instrument: unknown option "${key}". Known: ${known}`);
    } else if (typeof value !== 'function') {
      problems.push(`instrument: attributes: expected a function, got ${show(value)}`);
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
}
