import { createRequire } from 'node:module';

/**
 * Loads one of our own dependencies when it is needed, at once. Undefined if it is not there: bundlers do not see this
 * and leave the package out, so that a bundle is small, and whoever asks goes on without it.
 */
export function loadPackage(name: string): unknown {
  try {
    return createRequire(import.meta.url)(name) as unknown;
  } catch {
    return undefined;
  }
}

/** The same for runtimes that can only import. Rejects if it is not there. */
export function importPackage(name: string): Promise<unknown> {
  return import(name);
}
