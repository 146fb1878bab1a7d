import { loadPackage } from '../core/load-package.js';
import { shared } from '../core/shared.js';

/** What reflect-metadata adds to `Reflect`. */
interface Metadata {
  getMetadata(key: unknown, target: object, property: string | symbol): unknown;
  getOwnMetadata(key: unknown, target: object): unknown;
  getOwnMetadataKeys(target: object): unknown[];
  defineMetadata(key: unknown, value: unknown, target: object): void;
}

/** Without reflect-metadata, as in a bundle, our own metadata is kept here. */
const own = shared('metadata', () => new WeakMap<object, Map<unknown, unknown>>());

// It changes `Reflect`, which `node --frozen-intrinsics` does not allow: then it cannot be loaded.
if (!reflected()) loadPackage('reflect-metadata');

/** Looked up each time: a framework may load it later. */
function reflected(): Metadata | undefined {
  const reflect: object = Reflect;
  return 'getOwnMetadataKeys' in reflect ? (reflect as Metadata) : undefined;
}

export function getMetadata(key: unknown, target: object, property: string | symbol): unknown {
  return reflected()?.getMetadata(key, target, property);
}

export function getOwnMetadata(key: unknown, target: object): unknown {
  return reflected()?.getOwnMetadata(key, target) ?? own.get(target)?.get(key);
}

export function getOwnMetadataKeys(target: object): unknown[] {
  return [...new Set([...(reflected()?.getOwnMetadataKeys(target) ?? []), ...(own.get(target)?.keys() ?? [])])];
}

export function defineMetadata(key: unknown, value: unknown, target: object): void {
  const reflect = reflected();
  if (reflect) return reflect.defineMetadata(key, value, target);
  let found = own.get(target);
  if (!found) own.set(target, (found = new Map()));
  found.set(key, value);
}
