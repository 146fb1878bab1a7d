// The public list of `holdfast/otel`.
export { instrument, type InstrumentOptions } from './instrument.js';
