import { createRequire } from 'node:module';

/**
 * Loads a package of our own dependencies when it is needed, at once, or not at all: a bundle may lack it.
 * @param bundled requires it by a literal, which bundlers see and pack
 */
export function loadPackage(name: string, bundled: () => unknown): unknown {
  // As a module of Node's, the file of `bundled` has no `require`.
  for (const load of [bundled, () => createRequire(import.meta.url)(name) as unknown]) {
    try {
      return load();
    } catch {
      // Not this way.
    }
  }
  return undefined;
}
