// How long upstreams ask to be left alone, as they write it. All in milliseconds from now.

const UNIT_MS = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const GO_DURATION = /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;
const GO_PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;
/** As HTTP dates begin, the old forms too: `Date.parse` alone takes "-1" for a year. */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? /;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const DECIMAL = /^\d+(\.\d+)?$/;
/** From here on a number of seconds is a moment, not a wait: no wait lasts thirty years. */
const EPOCH_S = 1e9;
const EPOCH_MS = 1e12;

const bounded = (ms: number): number => Math.min(ms, Number.MAX_SAFE_INTEGER);

/** A decimal of some unit. The largest if there are several. */
export function decimalMs(text: string | undefined, unitMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (DECIMAL.test(text)) return bounded(Number(text) * unitMs);
  if (!text.includes(',')) return undefined;
  const parts = text.split(',').map((part) => part.trim());
  return parts.every((part) => DECIMAL.test(part)) ? bounded(Math.max(...parts.map(Number)) * unitMs) : undefined;
}

/** An HTTP date, measured against the response's own `date` if it has one: the two come from the same clock. */
export function untilHttpDate(text: string | undefined, sent: string | undefined, now: number): number | undefined {
  if (text === undefined || !HTTP_DATE.test(text)) return undefined;
  const until = Date.parse(text);
  if (Number.isNaN(until)) return undefined;
  const from = Date.parse(sent ?? '');
  return Math.max(0, until - (Number.isNaN(from) ? now : from));
}

/** A Go duration, as OpenAI writes them: `6m0s`, `12ms`. */
export function goDurationMs(text: string): number | undefined {
  if (!GO_DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(GO_PART))
    total += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  return bounded(total);
}

/** When a limit is full again: a Go duration, bare seconds, seconds or milliseconds since 1970, or an RFC 3339 date. */
export function untilReset(text: string, now: number): number | undefined {
  if (RFC_3339.test(text)) {
    const until = Date.parse(text);
    return Number.isNaN(until) ? undefined : Math.max(0, until - now);
  }
  if (!DECIMAL.test(text)) return goDurationMs(text);
  const value = Number(text);
  if (value < EPOCH_S) return value * 1000;
  return bounded(Math.max(0, (value < EPOCH_MS ? value * 1000 : value) - now));
}
