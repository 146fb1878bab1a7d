import { type Duration, isDuration, readDuration } from './duration.js';
import { isPercentile, PERCENTILE, type Percentile } from './percentile.js';

/** Who wrote a value: code says `'2s'` and 3; JSON may say 2 for two seconds; the environment has nothing but text. */
export type Spelling = 'code' | 'json' | 'text';

/**
 * What a value must look like. Callable, as convict wants a format: throws unless it is given a value as code spells it.
 */
export interface Format<T> {
  (value: unknown): void;
  /** For people: "an integer >= 1". */
  readonly expected: string;
  /** The value, or undefined where it is not what was expected. Nothing is rounded or guessed. */
  readonly read: (value: unknown, spelling: Spelling) => T | undefined;
  /** The JSON Schema of its spelling in a file. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** One setting: an entry of the convict schema. */
export interface Field<T> {
  readonly doc: string;
  readonly default: T | null;
  readonly format: Format<T>;
  readonly env?: string;
  readonly sensitive?: boolean;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

function format<T>(expected: string, json: Format<T>['json'], read: Format<T>['read']): Format<T> {
  const check = (value: unknown): void => {
    if (value !== null && read(value, 'code') === undefined) throw new Error(`expected ${expected}`);
  };
  return Object.assign(check, { expected, json, read });
}

const NUMBER_TEXT = /^\d+(\.\d+)?$/;

function number(expected: string, json: Format<number>['json'], fits: (value: number) => boolean): Format<number> {
  return format(expected, json, (value, spelling) => {
    const parsed = spelling === 'text' && NUMBER_TEXT.test(String(value)) ? Number(value) : value;
    return typeof parsed === 'number' && Number.isFinite(parsed) && fits(parsed) ? parsed : undefined;
  });
}

/** A whole number of things, at least `min`. */
export const count = (min = 1): Format<number> =>
  number(`an integer >= ${min}`, { type: 'integer', minimum: min }, (n) => Number.isSafeInteger(n) && n >= min);

/** A whole number of things, at least 1, or a word. */
export const countOr = <const T extends string>(word: T): Format<number | T> =>
  format(`an integer >= 1 or "${word}"`, { anyOf: [count(1).json, { const: word }] }, (value, spelling) =>
    value === word ? word : count(1).read(value, spelling),
  );

/** A number that something is multiplied by, at least 1. */
export const factor: Format<number> = number('a number >= 1', { type: 'number', minimum: 1 }, (n) => n >= 1);

/** A part of all, in which nothing is no part. */
export const share: Format<number> = number(
  'a number above 0 and at most 1',
  { type: 'number', exclusiveMinimum: 0, maximum: 1 },
  (n) => n > 0 && n <= 1,
);

const DURATION_TEXT = '\\d+(\\.\\d+)?(ms|s|m|h|d)?$';

function durationFormat(expected: string, zero: boolean): Format<Duration> {
  const number = zero ? { type: 'number', minimum: 0 } : { type: 'number', exclusiveMinimum: 0 };
  return format(
    `${expected} with a unit, such as "500ms", "1.5s" or "2m"`,
    { anyOf: [number, { type: 'string', pattern: zero ? `^${DURATION_TEXT}` : `^(?=.*[1-9])${DURATION_TEXT}` }] },
    (value, spelling) => {
      const read = spelling === 'code' ? (isDuration(value) ? value : undefined) : readDuration(value);
      return read !== undefined && (zero || Number.parseFloat(read) > 0) ? read : undefined;
    },
  );
}

/** A length of time, nought allowed. */
export const duration: Format<Duration> = durationFormat('a duration', true);
/** A length of time above nought. */
export const positiveDuration: Format<Duration> = durationFormat('a duration above 0', false);

/** A length of time above nought, or a percentile of those that were seen. */
export const durationOrPercentile: Format<Duration | Percentile> = format(
  `${positiveDuration.expected}, or a percentile from "p1" to "p99.9"`,
  { anyOf: [positiveDuration.json, { type: 'string', pattern: PERCENTILE.source }] },
  (value, spelling) => (isPercentile(value) ? value : positiveDuration.read(value, spelling)),
);

/** A length of time, or a number of things up to `max`: a number without a unit is always the latter. */
export function durationOrCount(max: number): Format<Duration | number> {
  const things = count(1);
  return format(
    `a duration above 0 with a unit, such as "60s", or an integer from 1 to ${max}`,
    {
      anyOf: [
        { ...things.json, maximum: max },
        { type: 'string', pattern: '^(?=.*[1-9])\\d+(\\.\\d+)?(ms|s|m|h|d)$' },
      ],
    },
    (value, spelling) => {
      const read = positiveDuration.read(value, 'code') ?? things.read(value, spelling);
      return typeof read === 'number' && read > max ? undefined : read;
    },
  );
}

export const boolean: Format<boolean> = format('true or false', { type: 'boolean' }, (value, spelling) => {
  if (spelling === 'text') return value === 'true' ? true : value === 'false' ? false : undefined;
  return typeof value === 'boolean' ? value : undefined;
});

export function oneOf<const T extends string>(...words: readonly T[]): Format<T> {
  return format(`one of ${words.map((word) => `"${word}"`).join(', ')}`, { enum: words }, (value) =>
    words.find((word) => word === value),
  );
}

function text(expected: string, json: Format<string>['json'], fits: (value: string) => boolean): Format<string> {
  return format(expected, { type: 'string', ...json }, (value) =>
    typeof value === 'string' && fits(value) ? value : undefined,
  );
}

export const name: Format<string> = text('a name', { pattern: '\\S' }, (value) => value.trim() !== '');

/** Goes into a header: a space or a line break in it would make the HTTP client print the whole key. */
export const secret: Format<string> = text('a key of visible ASCII characters', { pattern: '^[!-~]+$' }, (value) =>
  /^[!-~]+$/.test(value),
);

export const httpUrl: Format<string> = text(
  'an http or https URL',
  { format: 'uri', pattern: '^https?://' },
  (value) => {
    return /^https?:\/\//.test(value) && URL.canParse(value);
  },
);

/** What only code can say. */
export const callback: Format<unknown> = format('a function', {}, (value) =>
  typeof value === 'function' ? value : undefined,
);
export const anything: Format<unknown> = format('a value', {}, (value) => value);

/** An option that has no place in the settings. */
export function codeOption<T>(format: Format<T>): Field<T> {
  return { doc: '', default: null, format };
}
