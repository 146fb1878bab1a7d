import { nameOfClass } from './class-name.js';
import { decoratedOf } from './decoration.js';
import type { AnyFunction } from './types.js';

/**
 * `Class.method` of a decorated method. Standard decorators run before there is a class, so it is found at the first
 * call, the same way in both dialects: by looking for the prototype, or the class of a static method, that owns the
 * function. So a subclass reports the class that declares the method.
 */
export function labelOf(wrapper: AnyFunction, self: unknown): string {
  const { name } = wrapper;
  try {
    const owner = ownerOf(wrapper, self) ?? (isObject(self) ? self : undefined);
    return owner ? `${classOf(owner)}.${name}` : name;
  } catch {
    // A proxy may refuse to be looked at: no reason to fail the call.
    return name;
  }
}

function ownerOf(wrapper: AnyFunction, self: unknown): object | undefined {
  let sameName: object | undefined;
  for (let object = self; isObject(object); object = Object.getPrototypeOf(object)) {
    for (const key of Reflect.ownKeys(object)) {
      const found: unknown = Object.getOwnPropertyDescriptor(object, key)?.value;
      if (typeof found !== 'function') continue;
      // Another library's wrapper around ours may have copied the metadata outward.
      if (decoratedOf(found as AnyFunction)?.wrapper === wrapper) return object;
      if (key === wrapper.name) sameName ??= object;
    }
  }
  return sameName;
}

/** The class of an instance or a prototype; a class itself where the method is static. */
function classOf(object: object): string {
  return nameOfClass(typeof object === 'function' ? object : object.constructor);
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
