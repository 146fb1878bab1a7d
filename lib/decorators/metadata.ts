import { loadPackage } from '../core/load-package.js';
import { shared } from '../core/shared.js';

/** What reflect-metadata adds to `Reflect`. */
interface Metadata {
  getMetadata(key: unknown, target: object, property: string | symbol): unknown;
  getOwnMetadata(key: unknown, target: object): unknown;
  getOwnMetadataKeys(target: object): unknown[];
  defineMetadata(key: unknown, value: unknown, target: object): void;
}

/** The metadata, if reflect-metadata is not loaded, for example in a bundle. */
const own = shared('metadata', () => new WeakMap<object, Map<unknown, unknown>>());

let isLoaded = false;

/**
 * Loads reflect-metadata when the first decorator is made. That is early enough for the types of its method: compilers
 * note these after they have called the decorators' factories. Loading fails under `node --frozen-intrinsics`, because
 * reflect-metadata changes `Reflect`.
 */
export function loadMetadata(): void {
  if (isLoaded) return;
  isLoaded = true;
  if (!reflected()) loadPackage('reflect-metadata');
}

/** `Reflect` with reflect-metadata. Checked each time, because a framework may load it later. */
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
