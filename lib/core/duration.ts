import ms, { type StringValue } from 'ms';

/** A duration with its unit: `'200ms'`, `'1.5s'`, `'2m'`, `'1h'`, `'7d'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const DURATION = /^\d+(\.\d+)?(ms|s|m|h|d)$/;

export function isDuration(value: unknown): value is Duration {
  return typeof value === 'string' && DURATION.test(value) && Number.isSafeInteger(Math.ceil(toMs(value as Duration)));
}

/** The milliseconds of a duration that {@link isDuration} accepts. */
export function toMs(duration: Duration): number {
  return ms(duration as StringValue);
}

/** Reads a duration as code writes it; a space before the unit is allowed. Undefined for anything else. */
export function readDuration(value: unknown): Duration | undefined {
  const text = typeof value === 'string' ? value.replace(/^([\d.]+) ([a-z]+)$/, '$1$2') : value;
  return isDuration(text) ? text : undefined;
}

/** Reads a duration as settings files and environment variables write it: a number without a unit means seconds. */
export function readSeconds(value: unknown): Duration | undefined {
  const isBare = typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value));
  return readDuration(isBare ? `${value}s` : value);
}
