import { loadPackage } from '../core/load-package.js';
import { shared } from '../core/shared.js';

/** What reflect-metadata adds to `Reflect`. */
interface Metadata {
  getMetadata(key: unknown, target: object, property: string | symbol): unknown;
  getOwnMetadata(key: unknown, target: object): unknown;
  getOwnMetadataKeys(target: object): unknown[];
  defineMetadata(key: unknown, value: unknown, target: object): void;
}

const reflect: object = Reflect;

// It changes `Reflect`, which `node --frozen-intrinsics` does not allow: then it cannot be loaded.
if (!isComplete(reflect)) loadPackage('reflect-metadata', () => require('reflect-metadata'));

const metadata: Metadata = isComplete(reflect) ? reflect : shared('metadata', ownMetadata);

function isComplete(found: object): found is Metadata {
  return typeof Reflect.get(found, 'getOwnMetadataKeys') === 'function';
}

/** For our own use alone: compilers and other libraries find no metadata without reflect-metadata. */
function ownMetadata(): Metadata {
  const kept = new WeakMap<object, Map<unknown, unknown>>();
  return {
    getMetadata: () => undefined,
    getOwnMetadata: (key, target) => kept.get(target)?.get(key),
    getOwnMetadataKeys: (target) => [...(kept.get(target)?.keys() ?? [])],
    defineMetadata(key, value, target) {
      let found = kept.get(target);
      if (!found) kept.set(target, (found = new Map()));
      found.set(key, value);
    },
  };
}

export const { getMetadata, getOwnMetadata, getOwnMetadataKeys, defineMetadata } = metadata;
