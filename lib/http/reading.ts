// A thrown value may be anything: null, a proxy, or an object whose getters throw.

/** A property of any value; undefined if there is none or if reading it throws. */
export function read(value: unknown, key: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** `instanceof` that never throws: false for a proxy that throws. */
export function isA<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

const MAX_DEPTH = 6;

/** The error and its causes, outermost first. The depth is limited. */
export function causesOf(error: unknown): readonly unknown[] {
  const found = [error];
  for (let cause = read(error, 'cause'); cause !== undefined && found.length <= MAX_DEPTH; cause = read(cause, 'cause'))
    found.push(cause);
  return found;
}
