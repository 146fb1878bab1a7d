import { nodeModule } from './without-node.js';

/**
 * Loads one of our dependencies synchronously when it is needed. Undefined if it is not installed. Bundlers do not see
 * this call and leave the package out, which keeps bundles small; the caller must work without it.
 */
export function loadPackage(name: string): unknown {
  try {
    return nodeModule('node:module').createRequire(import.meta.url)(name) as unknown;
  } catch {
    return undefined;
  }
}

/** Like `loadPackage`, for runtimes that can only import. Rejects if the package is not installed. */
export function importPackage(name: string): Promise<unknown> {
  return import(name);
}
