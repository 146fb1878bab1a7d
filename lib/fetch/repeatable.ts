// Decides which requests may be sent a second time.

type HeadersLike = Iterable<readonly [string, unknown]> | Readonly<Record<string, unknown>>;

const IDEMPOTENCY_KEY = 'idempotency-key';

/** True if the headers contain an `Idempotency-Key`. Accepts `Headers`, pairs, objects and undici's flat lists. */
export function hasIdempotencyKey(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null) return false;
  if (typeof (headers as Headers).get === 'function') return Boolean((headers as Headers).get(IDEMPOTENCY_KEY));
  // undici also accepts a flat list of names and values.
  if (Array.isArray(headers) && typeof headers[0] === 'string')
    return headers.some((name, at) => at % 2 === 0 && isKey(name) && headers[at + 1]);
  const entries: Iterable<readonly [string, unknown]> =
    Symbol.iterator in headers ? (headers as Iterable<[string, unknown]>) : Object.entries(headers as HeadersLike);
  for (const [name, value] of entries) {
    if (isKey(name) && value) return true;
  }
  return false;
}

const isKey = (name: unknown): boolean => String(name).toLowerCase() === IDEMPOTENCY_KEY;

/** An iterator that is already used. The policies never retry a call with such an argument. */
const USED: Iterator<never> & Iterable<never> = {
  next: () => ({ done: true, value: undefined }),
  [Symbol.iterator]: () => USED,
};

/** The mark for the policies if the call can be sent only once. */
export const onceMark = (isOnce: boolean): unknown => (isOnce ? USED : undefined);

/** True if the body can be sent only once: a Node stream, a web stream or an iterator. */
export function isSentOnce(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return ['getReader', 'pipe', 'next'].some((name) => name in body) || Symbol.asyncIterator in body;
}

/** Compares methods in upper case, as `fetch` sends them. */
export function methodsOf(methods: readonly string[]): (method: string) => boolean {
  const known = new Set(methods.map((method) => method.toUpperCase()));
  return (method) => known.has(method) || known.has(method.toUpperCase());
}
