// Reads the headers of a response in every form in which clients keep them.
import { isArray, isObject, read } from './reading.js';
import type { Headers, Seen } from './seen.js';

const NO_HEADERS: Headers = new Map();

const MAX_HEADERS = 256;
const MAX_TEXT = 64;

export function headersOf(seen: Seen): Headers {
  const { headers, response, wrapped } = seen;
  if (headers === undefined && response === undefined && wrapped === undefined) return NO_HEADERS;
  seen.parsedHeaders ??= parseHeaders(seen);
  return seen.parsedHeaders;
}

function parseHeaders(seen: Seen): Headers {
  for (const candidate of candidatesIn(seen)) {
    if (!isObject(candidate)) continue;
    const found = headersIn(candidate);
    if (found.size > 0) return found;
  }
  return NO_HEADERS;
}

function candidatesIn({ headers, response, wrapped }: Seen): readonly unknown[] {
  const found = [headers, read(response, 'headers')];
  if (wrapped) found.push(wrapped.responseHeaders, ...wrapped.responses.map((inner) => read(inner, 'headers')));
  return found;
}

function headersIn(headers: object): Headers {
  const found = new Map<string, string>();
  let remaining = MAX_HEADERS;
  const add = (name: unknown, value: unknown): void => {
    const text = textOf(value);
    if (typeof name === 'string' && name.length <= MAX_TEXT && text !== undefined) found.set(name.toLowerCase(), text);
  };
  try {
    if (typeof read(headers, 'forEach') === 'function' && !isArray(headers)) {
      (headers as Map<unknown, unknown>).forEach((value, name) => {
        if (remaining-- > 0) add(name, value);
      });
    } else if (typeof (headers as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function') {
      addEntries(headers as Iterable<unknown>, add);
    } else {
      for (const name of Object.keys(headers).slice(0, MAX_HEADERS)) add(name, read(headers, name));
      if (found.size === 0) askFor(headers, add);
    }
  } catch {
    // Keeps the headers that were read before the error.
  }
  return found;
}

/** Reads entries `[name, value]`, objects with `name` and `value`, or alternating names and values. */
function addEntries(entries: Iterable<unknown>, add: (name: unknown, value: unknown) => void): void {
  let remaining = MAX_HEADERS;
  let pendingName: string | undefined;
  for (const entry of entries) {
    if (remaining-- === 0) return;
    if (typeof entry !== 'string')
      add(read(entry, '0') ?? read(entry, 'name'), read(entry, '1') ?? read(entry, 'value'));
    else if (pendingName === undefined) pendingName = entry;
    else {
      add(pendingName, entry);
      pendingName = undefined;
    }
  }
}

/** The names to read from headers that only have `get`. */
const NAMES_FOR_GET = [
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'date',
];

function askFor(headers: object, add: (name: string, value: unknown) => void): void {
  const { get } = headers as { readonly get?: (name: string) => unknown };
  if (typeof get === 'function') for (const name of NAMES_FOR_GET) add(name, get.call(headers, name));
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.slice(0, MAX_TEXT).trim();
  if (typeof value === 'number') return String(value);
  if (!isArray(value)) return undefined;
  const texts = [0, 1, 2, 3].map((i) => textOf(isObject(read(value, String(i))) ? undefined : read(value, String(i))));
  return texts.filter((text) => text !== undefined).join(', ');
}
