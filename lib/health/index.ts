// The public list of `holdfast/health`.
export { type Health, health, type HealthCircuit, healthHandler, type HealthOptions } from './health.js';
export { type NodeHandler, toNode } from '../dashboard/node.js';
