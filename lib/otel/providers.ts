// The used parts of OpenTelemetry's providers. Own types, so that the declarations compile without its packages.

/** A `MeterProvider` of `@opentelemetry/api`. */
export interface MeterSource {
  // oxlint-disable-next-line typescript/no-explicit-any -- a meter is a type of that package
  getMeter(name: string): any;
}

/** A `TracerProvider` of `@opentelemetry/api`. */
export interface TracerSource {
  // oxlint-disable-next-line typescript/no-explicit-any -- a tracer is a type of that package
  getTracer(name: string): any;
}

/** A `LoggerProvider` of `@opentelemetry/api-logs`. */
export interface LogProvider {
  // oxlint-disable-next-line typescript/no-explicit-any -- its record is a type of that package
  getLogger(name: string): { emit(record: any): void };
}
