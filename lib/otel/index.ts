// The public list of `holdfast/otel`.
export type { LogProvider } from './events.js';
export { instrument, type InstrumentOptions } from './instrument.js';
