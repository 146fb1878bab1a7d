// Parses the waits that upstreams ask for. All results are milliseconds from now.

const UNIT_MS = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const GO_DURATION = /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;
const GO_PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;
/** The start of an HTTP date, old formats included. Needed because `Date.parse` reads "-1" as a year. */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? /;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const DECIMAL = /^\d+(\.\d+)?$/;
/** Seconds from this number on mean a point in time, not a wait: no wait lasts thirty years. */
const EPOCH_S = 1e9;
const EPOCH_MS = 1e12;

const toSafeMs = (ms: number): number => Math.min(ms, Number.MAX_SAFE_INTEGER);

/** Parses a decimal number of a unit of `unitMs` milliseconds; of a comma-separated list, the largest number. */
export function decimalMs(text: string | undefined, unitMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (DECIMAL.test(text)) return toSafeMs(Number(text) * unitMs);
  if (!text.includes(',')) return undefined;
  const parts = text.split(',').map((part) => part.trim());
  return parts.every((part) => DECIMAL.test(part)) ? toSafeMs(Math.max(...parts.map(Number)) * unitMs) : undefined;
}

/**
 * The time until an HTTP date, counted from the response's `date` header if there is one, because both come from the
 * same clock.
 */
export function untilHttpDate(text: string | undefined, sent: string | undefined, now: number): number | undefined {
  if (text === undefined || !HTTP_DATE.test(text)) return undefined;
  const until = Date.parse(text);
  if (Number.isNaN(until)) return undefined;
  const from = Date.parse(sent ?? '');
  return Math.max(0, until - (Number.isNaN(from) ? now : from));
}

/** Parses a Go duration, as OpenAI writes it: `6m0s`, `12ms`. */
export function goDurationMs(text: string): number | undefined {
  if (!GO_DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(GO_PART))
    total += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  return toSafeMs(total);
}

/**
 * The time until a limit resets. Parses a Go duration, seconds, seconds or milliseconds since 1970, or an RFC 3339
 * date.
 */
export function untilReset(text: string, now: number): number | undefined {
  if (RFC_3339.test(text)) {
    const until = Date.parse(text);
    return Number.isNaN(until) ? undefined : Math.max(0, until - now);
  }
  if (!DECIMAL.test(text)) return goDurationMs(text);
  const value = Number(text);
  if (value < EPOCH_S) return value * 1000;
  return toSafeMs(Math.max(0, (value < EPOCH_MS ? value * 1000 : value) - now));
}
