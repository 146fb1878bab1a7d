import type { ClientOptions } from './options.js';

type Per = NonNullable<ClientOptions<unknown>['per']>;

/** Returns the circuit's key for a request. Calls `toRequest` only if `per` is a function: a `Request` is expensive. */
export type KeyOf = (url: string | URL, toRequest: () => Request) => string;

/** The key for URLs without a host: invalid URLs, and relative URLs, which a custom `fetch` may accept. */
const NO_HOST = 'none';

/** The scheme and the host of a URL as they are written. URLs with a user name or password do not match. */
const BEGINNING = /^https?:\/\/[^/?#\\@\s]+$/;
/** The length of 'https://', the longest supported scheme. */
const SCHEME_LENGTH = 8;
/** The size of a cache. It exists because parsing a URL is the most expensive step before a call. */
const MOST_BEGINNINGS = 1000;

/** @param per which requests share a circuit */
export function keysBy(per: Per): KeyOf {
  if (typeof per === 'function') return (_url, toRequest) => per(toRequest());
  const known = new Map<string, string>();
  return (url) => {
    // `fetch` converts any other object to a string.
    if (typeof url !== 'string') return keyOf(per, 'host' in url ? url : parse(String(url)));
    const end = url.indexOf('/', SCHEME_LENGTH);
    const beginning = end < 0 ? url : url.slice(0, end);
    let key = known.get(beginning);
    if (key === undefined) {
      key = keyOf(per, parse(url));
      if (!BEGINNING.test(beginning)) return key;
      if (known.size >= MOST_BEGINNINGS) known.clear();
      known.set(beginning, key);
    }
    return key;
  };
}

function keyOf(per: 'host' | 'origin', url: URL | undefined): string {
  if (!url?.host) return NO_HOST;
  return per === 'host' ? url.host : `${url.protocol}//${url.host}`;
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    // The client rejects the URL with its own error.
    return undefined;
  }
}
