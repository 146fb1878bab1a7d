// The public list of `holdfast/dashboard`.
export { dashboard } from './dashboard.js';
export type { DashboardOptions } from './options.js';
export { type NodeHandler, toNode } from './node.js';
export { type ServedDashboard, serveDashboard, type ServeOptions } from './serve.js';
