// The public list of `holdfast/testing`.
export { FakeClock } from './fake-clock.js';
export {
  type Fault,
  type FaultServer,
  type FaultServerOptions,
  type RecordedRequest,
  startFaultServer,
} from './fault-server/index.js';
export { startFleetStore, type TestFleetStore, type TestFleetStoreOptions } from './fleet-store/fleet-store.js';
export { instantRetries, withoutResilience } from './switches.js';
