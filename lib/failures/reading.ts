// Thrown values are read as if they were hostile: a getter, a proxy or a frozen copy of anything may stand there.

/** A property of any value, or undefined where there is none or reading it throws. */
export function read(value: unknown, key: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  try {
    return (value as Record<string, unknown>)[key];
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

const MAX_DEPTH = 6;
const MAX_ERRORS = 16;
const MAX_CAUSES = 64;

/** The error and what it was caused by, outermost first: `cause` and `AggregateError.errors`, at most six deep. */
export function causesOf(error: unknown): readonly unknown[] {
  // Most errors have none.
  if (read(error, 'cause') === undefined && typeof read(error, 'errors') !== 'object') return [error];
  const found = new Set<unknown>([error]);
  let level: unknown[] = [error];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    level = level.flatMap(directCauses).filter((cause) => cause !== undefined && !found.has(cause));
    for (const cause of level) if (found.size < MAX_CAUSES) found.add(cause);
    if (found.size === MAX_CAUSES) break;
  }
  return [...found];
}

function directCauses(error: unknown): unknown[] {
  const causes = [read(error, 'cause')];
  const errors = read(error, 'errors');
  // By index: an iterator of a hostile value could throw, or never end.
  if (typeof errors === 'object') for (let i = 0; i < MAX_ERRORS; i++) causes.push(read(errors, String(i)));
  return causes;
}

const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** Response headers in lower case, from a `Headers`, a `Map` or a plain object. */
export function headersOf(error: unknown): ReadonlyMap<string, string> {
  const headers = read(error, 'headers') ?? read(read(error, 'response'), 'headers');
  if (headers === undefined) return NO_HEADERS;
  const found = new Map<string, string>();
  const add = (value: unknown, key: unknown): void => {
    if (typeof key === 'string' && typeof value === 'string') found.set(key.toLowerCase(), value);
  };
  try {
    if (typeof read(headers, 'forEach') === 'function') (headers as Headers).forEach(add);
    else if (typeof headers === 'object' && headers !== null)
      for (const key of Object.keys(headers)) add(read(headers, key), key);
  } catch {
    // What was read until then counts.
  }
  return found;
}
