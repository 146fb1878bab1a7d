import ms, { type StringValue } from 'ms';

/** A length of time with its unit: `'200ms'`, `'1.5s'`, `'2m'`, `'1h'`, `'7d'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const DURATION = /^\d+(\.\d+)?(ms|s|m|h|d)$/;

export function isDuration(value: unknown): value is Duration {
  return typeof value === 'string' && DURATION.test(value) && Number.isSafeInteger(Math.ceil(toMs(value as Duration)));
}

/** Milliseconds of a duration. Expects one that {@link isDuration} accepts. */
export function toMs(duration: Duration): number {
  return ms(duration as StringValue);
}

/** Reads a duration as settings files and environments write it: a bare number is seconds. Undefined when it is none. */
export function readDuration(value: unknown): Duration | undefined {
  const text =
    typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)) ? `${value}s` : value;
  return isDuration(text) ? text : undefined;
}
