import type { ClientOptions } from './options.js';

type Per = NonNullable<ClientOptions<unknown>['per']>;

/** Finds the key of the circuit for a request. `toRequest` is called for a `per` of the user's alone, for it is dear. */
export type KeyOf = (url: string | URL, toRequest: () => Request) => string;

/** A URL that has no host, or none that can be read: a relative one, for a `fetch` that takes those. */
const NO_HOST = 'none';

/** The scheme and the host of a URL as they are written, without a user's name and password. */
const BEGINNING = /^https?:\/\/[^/?#\\@\s]+$/;
/** How much of a URL's beginning is no host, at most: 'https://'. */
const SCHEME_LENGTH = 8;
/** Parsing a URL costs more than everything else that a call is looked at for. */
const MOST_BEGINNINGS = 1000;

/** @param per what a circuit stands for */
export function keysBy(per: Per): KeyOf {
  if (typeof per === 'function') return (_url, toRequest) => per(toRequest());
  const known = new Map<string, string>();
  return (url) => {
    // What else can be written as a URL, `fetch` takes too.
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
    // The client itself refuses it, in its own words.
    return undefined;
  }
}
