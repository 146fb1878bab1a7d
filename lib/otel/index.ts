// The public list of `holdfast/otel`.
export { instrument, type InstrumentOptions } from './instrument.js';
export type { LogProvider, MeterSource, TracerSource } from './providers.js';
