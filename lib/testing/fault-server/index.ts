export type { FaultServer } from './fault-server.js';
export type { Fault, FaultDetails, FaultName } from './faults/fault.js';
export type { FaultServerOptions } from './options.js';
export type { RecordedRequest, RequestOutcome } from './recorded-request.js';
export type { FaultRule } from './script.js';
export { startFaultServer } from './start-fault-server.js';
