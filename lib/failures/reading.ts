// Reads thrown values safely: they may be proxies, frozen objects, or have getters that throw.

/** A property of any value; undefined if it does not exist or reading it throws. */
export function read(value: unknown, key: PropertyKey): unknown {
  if (!isObject(value)) return undefined;
  try {
    return (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** A property of the object's own that holds a value; undefined if it has none, or it would have to be computed. */
export function readOwn(value: object, key: PropertyKey): unknown {
  try {
    return Object.getOwnPropertyDescriptor(value, key)?.value as unknown;
  } catch {
    return undefined;
  }
}

export function readText(value: unknown, key: string): string | undefined {
  const found = read(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** The class name. Needed because every error of the `openai` package has the `name` "Error". */
export function classNameOf(value: unknown): string | undefined {
  return readText(read(value, 'constructor'), 'name');
}

/** True for objects and functions. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** True for errors, also of another realm. Uses `in`, because reading `stack` would format the trace. */
export function looksLikeError(value: unknown): value is object {
  return isObject(value) && has(value, 'stack') && has(value, 'message');
}

/** The `in` operator; false if a proxy throws. */
export function has(value: object, key: string): boolean {
  try {
    return key in value;
  } catch {
    return false;
  }
}

/** True if the object has own enumerable properties, or if reading them throws. */
export function hasOwnKeys(value: object): boolean {
  try {
    return Object.keys(value).length > 0;
  } catch {
    return true;
  }
}

/** `Array.isArray`, which throws for a revoked proxy; then false. */
export function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/**
 * A number, or a string that is converted to one; else NaN. Objects are not converted, because that could run their
 * code.
 */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.length > 0 && value.length <= 32 ? Number(value) : Number.NaN;
}

/** The longest text that is looked up in a list or matched with a pattern. */
const MAX_WORD = 64;

/** The text itself if it is at most 64 characters long; else undefined. */
export function word(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_WORD ? value : undefined;
}
