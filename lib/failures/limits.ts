// The headers that tell how long a rate limit lasts.
import { decimalMs, untilHttpDate, untilReset } from './durations.js';
import type { Headers } from './seen.js';

/** The wait of the retry-after headers in milliseconds: headers in milliseconds first, then seconds or an HTTP date. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  if (headers.size === 0) return undefined;
  const asked = headers.get('retry-after');
  return (
    decimalMs(headers.get('retry-after-ms') ?? headers.get('x-ms-retry-after-ms'), 1) ??
    decimalMs(headers.get('x-amz-retry-after'), 1) ??
    decimalMs(asked, 1000) ??
    untilHttpDate(asked, headers.get('date'), now)
  );
}

/** `x-ratelimit-reset`, `x-ratelimit-reset-tokens`, `anthropic-ratelimit-tokens-reset`, `x-rate-limit-reset` and others. */
const RESET = /^((?:x-|[a-z]{1,20}-)?rate-?limit(?:-[a-z-]{1,30}?)?)-reset(-[\w-]{1,40})?$/;

/** Milliseconds until all exhausted limits have been reset; undefined if no limit is exhausted. */
export function resetMs(headers: Headers, now: number): number | undefined {
  let largest: number | undefined;
  for (const [name, value] of headers) {
    const ms = /^ratelimit(-policy)?$/.test(name) ? draftResetMs(value) : limitResetMs(name, value, headers, now);
    if (ms !== undefined) largest = Math.max(largest ?? 0, ms);
  }
  return largest;
}

function limitResetMs(name: string, value: string, headers: Headers, now: number): number | undefined {
  const [, prefix, suffix = ''] = RESET.exec(name) ?? [];
  if (prefix === undefined) return undefined;
  // Discord: seconds from now, in addition to a reset time.
  if (suffix === '-after') return headers.get(`${prefix}-remaining`) === '0' ? decimalMs(value, 1000) : undefined;
  if (suffix === '' && headers.has(`${prefix}-reset-after`)) return undefined;
  const remaining = headers.get(`${prefix}-remaining${suffix}`);
  // If there is a single limit without a remaining count, that limit was hit. With several limits this is unknown.
  const isHit = remaining === '0' || (remaining === undefined && SINGLE.has(name));
  return isHit ? untilReset(value, now) : undefined;
}

const SINGLE: ReadonlySet<string> = new Set(['x-ratelimit-reset', 'x-rate-limit-reset', 'ratelimit-reset']);

/** The IETF drafts: `"burst";r=0;t=9`, and the older `limit=10, remaining=0, reset=9`. */
function draftResetMs(value: string): number | undefined {
  let largest: number | undefined;
  for (const item of value.split(value.includes(';') ? ',' : '\n')) {
    const remaining = /(?:^|[;,\s])(?:r|remaining)=(\d{1,15})/.exec(item)?.[1];
    const reset = /(?:^|[;,\s])(?:t|reset)=(\d{1,15})/.exec(item)?.[1];
    if (reset !== undefined && Number(remaining) === 0) largest = Math.max(largest ?? 0, Number(reset) * 1000);
  }
  return largest;
}

/** True if the headers tell that a limit was hit: GitHub and others send status 403 then. */
export function showRateLimit(headers: Headers): boolean {
  if (headers.size === 0) return false;
  return (
    headers.has('retry-after') ||
    headers.has('retry-after-ms') ||
    headers.get('x-ratelimit-remaining') === '0' ||
    headers.get('ratelimit-remaining') === '0' ||
    headers.get('x-rate-limit-remaining') === '0'
  );
}
