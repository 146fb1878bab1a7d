// The public list of `holdfast/fleet`.
export type { FleetClient } from './store/store-of.js';
export { connectFleet } from './connect.js';
export { FleetStoreError } from './errors.js';
export type { Fleet, FleetCircuit, FleetIsolation } from './handle.js';
export type { FleetOptions } from './options.js';
export { SCRIPT as fleetScript } from './protocol/script.js';
export type { SlotData } from './protocol/slot.js';
export { step, type StepResult } from './protocol/step.js';
export type { FleetMode } from './rules.js';
export type { FleetStore } from './store/port.js';
