// The public list of `holdfast/fetch`.
export { HttpStatusError } from './http-status-error.js';
export type { ClientOptions } from './options.js';
export { type FetchOptions, resilientFetch } from './resilient-fetch.js';
