// Thrown values are read as if they were hostile: a getter, a proxy or a frozen copy of anything may stand there.

/** A property of any value, or undefined if there is none or reading it throws. */
export function read(value: unknown, key: PropertyKey): unknown {
  if (!isObject(value)) return undefined;
  try {
    return (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}

export function readText(value: unknown, key: string): string | undefined {
  const found = read(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** The name of the class: every error of the `openai` package has the `name` "Error". */
export function classNameOf(value: unknown): string | undefined {
  return readText(read(value, 'constructor'), 'name');
}

/** True for objects and functions: whatever can have properties of its own. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** True for errors, also of another realm: `in` runs no getter, and reading `stack` would format the trace. */
export function looksLikeError(value: unknown): value is object {
  return isObject(value) && has(value, 'stack') && has(value, 'message');
}

/** `in`, which a proxy may refuse. */
export function has(value: object, key: string): boolean {
  try {
    return key in value;
  } catch {
    return false;
  }
}

/** True if there is any enumerable property of its own, or if that cannot be found out. */
export function hasOwnKeys(value: object): boolean {
  try {
    return Object.keys(value).length > 0;
  } catch {
    return true;
  }
}

/** `Array.isArray` throws for a proxy that was revoked. */
export function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** A number, or a text that is one. An object is not asked for its value: that would run code of its own. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.length > 0 && value.length <= 32 ? Number(value) : Number.NaN;
}

/** Longest text that is looked up in a list or shown to a pattern. */
const MAX_WORD = 64;

/** The text itself if it is short enough for a word of a list. */
export function word(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_WORD ? value : undefined;
}
