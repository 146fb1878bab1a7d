// The public list of `holdfast/nestjs`.
export { getCircuitToken, InjectCircuit } from './circuits.js';
export { HoldfastExceptionFilter } from './filter.js';
export { HoldfastHealthIndicator, type HoldfastHealthResult } from './health.js';
export { HoldfastModule } from './module.js';
export type { HoldfastModuleAsyncOptions, HoldfastModuleOptions, HoldfastOptionsFactory } from './options.js';
