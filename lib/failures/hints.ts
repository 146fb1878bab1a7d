// How long the upstream asks to be left alone.

const UNIT_MS = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const GO_DURATION = /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;
/** As HTTP dates begin, the old forms too: `Date.parse` alone takes "-1" for a year. */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? /;
const DECIMAL = /^\d+(\.\d+)?$/;

/** `retry-after-ms` (a decimal), else `retry-after` (seconds or an HTTP date), in milliseconds from now. */
export function retryAfterMs(headers: ReadonlyMap<string, string>, now: number): number | undefined {
  return (
    decimal(headers.get('retry-after-ms'), 1) ?? decimal(headers.get('retry-after'), 1000) ?? untilDate(headers, now)
  );
}

/** The largest `x-ratelimit-reset-*` whose `remaining` is 0, in milliseconds. */
export function rateLimitResetMs(headers: ReadonlyMap<string, string>): number | undefined {
  let largest: number | undefined;
  for (const [key, value] of headers) {
    if (!key.startsWith('x-ratelimit-reset-') || headers.get(key.replace('reset', 'remaining')) !== '0') continue;
    const reset = goDurationMs(value);
    if (reset !== undefined) largest = Math.max(largest ?? 0, reset);
  }
  return largest;
}

function decimal(text: string | undefined, unit: number): number | undefined {
  return text?.match(DECIMAL) ? Math.min(Number(text) * unit, Number.MAX_SAFE_INTEGER) : undefined;
}

/** Measured against the response's own `date`, where it has one: the two come from the same clock. */
function untilDate(headers: ReadonlyMap<string, string>, now: number): number | undefined {
  const asked = headers.get('retry-after');
  const until = asked?.match(HTTP_DATE) ? Date.parse(asked) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const sent = Date.parse(headers.get('date') ?? '');
  return Math.max(0, until - (Number.isNaN(sent) ? now : sent));
}

/** A Go duration, as OpenAI writes them: `6m0s`, `12ms`. */
function goDurationMs(text: string): number | undefined {
  if (!GO_DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d+)?)(ns|us|µs|ms|s|m|h)/g))
    total += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  return Math.min(total, Number.MAX_SAFE_INTEGER);
}
