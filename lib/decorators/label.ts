import { nameOfClass } from './class-name.js';
import { decoratedOf } from './decoration.js';
import type { AnyFunction } from './types.js';

/**
 * `Class.method` of a decorated method. Standard decorators run before the class exists, so the name is found at the
 * first call, in both dialects: the search starts at the object and ends at the prototype that owns the function, or at
 * the class of a static method. In a subclass, the name is that of the class that declares the method.
 */
export function labelOf(wrapper: AnyFunction, self: unknown): string {
  const { name } = wrapper;
  try {
    const owner = ownerOf(wrapper, self) ?? (isObject(self) ? self : undefined);
    return owner ? `${classOf(owner)}.${name}` : name;
  } catch {
    // The traps of a proxy may throw. That must not fail the call.
    return name;
  }
}

function ownerOf(wrapper: AnyFunction, self: unknown): object | undefined {
  let sameName: object | undefined;
  for (let object = self; isObject(object); object = Object.getPrototypeOf(object)) {
    for (const key of Reflect.ownKeys(object)) {
      const found: unknown = Object.getOwnPropertyDescriptor(object, key)?.value;
      if (typeof found !== 'function') continue;
      // Another library's wrapper around ours may have copied the metadata to itself.
      if (decoratedOf(found as AnyFunction)?.wrapper === wrapper) return object;
      if (key === wrapper.name) sameName ??= object;
    }
  }
  return sameName;
}

/** The class of an instance or a prototype. For a static method, the object is the class itself. */
function classOf(object: object): string {
  return nameOfClass(typeof object === 'function' ? object : object.constructor);
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
