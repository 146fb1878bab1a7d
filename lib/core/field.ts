import { type Duration, readDuration, readSeconds } from './duration.js';
import { isPercentile, PERCENTILE, type Percentile } from './percentile.js';

/**
 * Where a value was written: in code (`'2s'`, 3), in JSON (where 2 may mean two seconds), or in an environment variable
 * (always text).
 */
export type Spelling = 'code' | 'json' | 'text';

/**
 * The valid values of an option. Callable, because convict requires that of a format: throws for a value that is
 * invalid in code.
 */
export interface Format<T> {
  (value: unknown): void;
  /** The expectation in words, for error messages: "an integer >= 1". */
  readonly expected: string;
  /** The value, or undefined if it is invalid. Rounds and guesses nothing. */
  readonly read: (value: unknown, spelling: Spelling) => T | undefined;
  /** The JSON Schema of the value in a settings file. */
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * The definition of one option. The options of a decorator, the settings, the JSON Schema and the tables of the docs
 * are derived from it.
 */
export interface Field<T> {
  readonly doc: string;
  readonly format: Format<T>;
  /** The default; null if there is none. Absent if only code, not settings, can set the option. */
  readonly default?: T | null;
  readonly env?: string;
  readonly sensitive?: boolean;
  /** True if the decorator requires the option. */
  readonly required?: boolean;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

export type ValueOf<F> = F extends { readonly format: Format<infer T> } ? T : never;
type DataKey<F> = { [K in keyof F]: F[K] extends { readonly default: unknown } ? K : never }[keyof F];
type RequiredKey<F> = { [K in keyof F]: F[K] extends { readonly required: true } ? K : never }[keyof F];

// Mapped over the keys of `F` itself, so that editors show the comments of the fields.
type Optional<F, K extends keyof F> = { readonly [P in K]?: ValueOf<F[P]> };
type Needed<F, K extends keyof F> = { readonly [P in K]: ValueOf<F[P]> };
type Filled<F, K extends keyof F> = {
  readonly [P in K]: F[P] extends { readonly default: null } ? ValueOf<F[P]> | null : ValueOf<F[P]>;
};

/** The options of a decorator with these fields. */
export type OptionsOf<F> = [RequiredKey<F>] extends [never]
  ? Optional<F, keyof F>
  : Optional<F, Exclude<keyof F, RequiredKey<F>>> & Needed<F, RequiredKey<F>>;
/** The settings with these fields: null if an option has no default and is unset. */
export type SettingsOf<F> = Filled<F, DataKey<F>>;
/** The options in effect: the settings, and the options that only code can set. */
export type ResolvedOf<F> = SettingsOf<F> & Optional<F, Exclude<keyof F, DataKey<F>>>;

/** True if settings can set the option; false if only code can. */
export function isData(field: Field<unknown>): boolean {
  return field.default !== undefined;
}

function format<T>(expected: string, json: Format<T>['json'], read: Format<T>['read']): Format<T> {
  const check = (value: unknown): void => {
    if (value !== null && read(value, 'code') === undefined) throw new Error(`expected ${expected}`);
  };
  return Object.assign(check, { expected, json, read });
}

/** The JSON Schema of values that a file cannot hold. */
const ONLY_CODE = { not: {} };

const NUMBER_TEXT = /^\d+(\.\d+)?$/;

function number(expected: string, json: Format<number>['json'], fits: (value: number) => boolean): Format<number> {
  return format(expected, json, (value, spelling) => {
    const parsed = spelling === 'text' && NUMBER_TEXT.test(String(value)) ? Number(value) : value;
    return typeof parsed === 'number' && Number.isFinite(parsed) && fits(parsed) ? parsed : undefined;
  });
}

/** An integer of at least `min`. */
export const count = (min = 1): Format<number> =>
  number(`an integer >= ${min}`, { type: 'integer', minimum: min }, (n) => Number.isSafeInteger(n) && n >= min);

/** An integer of at least 1, or the given word. */
export const countOr = <const T extends string>(word: T): Format<number | T> =>
  format(`an integer >= 1 or "${word}"`, { anyOf: [count(1).json, { const: word }] }, (value, spelling) =>
    value === word ? word : count(1).read(value, spelling),
  );

/** A multiplier of at least 1. */
export const factor: Format<number> = number('a number >= 1', { type: 'number', minimum: 1 }, (n) => n >= 1);

/** A share: above 0, at most 1. */
export const share: Format<number> = number(
  'a share above 0 and at most 1, such as 0.5',
  { type: 'number', exclusiveMinimum: 0, maximum: 1 },
  (n) => n > 0 && n <= 1,
);

const DURATION_TEXT = '\\d+(\\.\\d+)?( ?(ms|s|m|h|d))?$';

function durationFormat(expected: string, zero: boolean): Format<Duration> {
  const number = zero ? { type: 'number', minimum: 0 } : { type: 'number', exclusiveMinimum: 0 };
  return format(
    `${expected} with a unit, such as "500ms", "1.5s" or "2m"`,
    { anyOf: [number, { type: 'string', pattern: zero ? `^${DURATION_TEXT}` : `^(?=.*[1-9])${DURATION_TEXT}` }] },
    (value, spelling) => {
      const read = spelling === 'code' ? readDuration(value) : readSeconds(value);
      return read !== undefined && (zero || Number.parseFloat(read) > 0) ? read : undefined;
    },
  );
}

/** A duration; 0 is allowed. */
export const duration: Format<Duration> = durationFormat('a duration', true);
/** A duration above 0. */
export const positiveDuration: Format<Duration> = durationFormat('a duration above 0', false);

/** A duration above 0, or a percentile of the measured latencies. */
export const durationOrPercentile: Format<Duration | Percentile> = format(
  `${positiveDuration.expected}, or a percentile from "p1" to "p99.9"`,
  { anyOf: [positiveDuration.json, { type: 'string', pattern: PERCENTILE.source }] },
  (value, spelling) => (isPercentile(value) ? value : positiveDuration.read(value, spelling)),
);

/** A duration above 0, or a count from 1 to `max`. A number without a unit is always a count. */
export function durationOrCount(max: number): Format<Duration | number> {
  const counts = count(1);
  return format(
    `a duration above 0 with a unit, such as "60s", or an integer from 1 to ${max}`,
    {
      anyOf: [
        { ...counts.json, maximum: max },
        { type: 'string', pattern: '^(?=.*[1-9])\\d+(\\.\\d+)? ?(ms|s|m|h|d)$' },
      ],
    },
    (value, spelling) => {
      const read = positiveDuration.read(value, 'code') ?? counts.read(value, spelling);
      return typeof read === 'number' && read > max ? undefined : read;
    },
  );
}

export const boolean: Format<boolean> = format('true or false', { type: 'boolean' }, (value, spelling) => {
  if (spelling === 'text') return value === 'true' ? true : value === 'false' ? false : undefined;
  return typeof value === 'boolean' ? value : undefined;
});

/** Like `boolean`, but a settings file can only set false. */
export const allowedByVariable: Format<boolean> = format(
  'false (only the environment can say true)',
  { const: false },
  (value, spelling) => (spelling === 'json' && value !== false ? undefined : boolean.read(value, spelling)),
);

/** A value of either format. */
export function either<A, B>(first: Format<A>, second: Format<B>): Format<A | B> {
  return format<A | B>(
    `${first.expected}, or ${second.expected}`,
    { anyOf: [first, second].flatMap(({ json }) => (json === ONLY_CODE ? [] : [json])) },
    (value, spelling) => first.read(value, spelling) ?? second.read(value, spelling),
  );
}

/** A list of words, without repetition. */
export function listOf<const T extends string>(...words: readonly T[]): Format<readonly T[]> {
  const word = oneOf(...words);
  return format(
    `a list of ${words.map((each) => `"${each}"`).join(', ')}`,
    { type: 'array', items: word.json, minItems: 1, uniqueItems: true },
    (value, spelling) => {
      if (spelling === 'text' || !Array.isArray(value) || value.length === 0) return undefined;
      const read = value.map((each) => word.read(each, spelling)).filter((each) => each !== undefined);
      return read.length === value.length && new Set(read).size === read.length ? Object.freeze(read) : undefined;
    },
  );
}

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

/**
 * A key for an HTTP header. A space or a line break in it would make the HTTP client print the whole key in an error.
 */
export const secret: Format<string> = text('a key of visible ASCII characters', { pattern: '^[!-~]+$' }, (value) =>
  /^[!-~]+$/.test(value),
);

/** A point in time, such as "2027-01-31T12:00:00Z". */
export const moment: Format<string> = text(
  'a time in ISO 8601 with its zone, such as "2027-01-31T12:00:00Z"',
  { format: 'date-time', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d:\\d\\d)$' },
  (value) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value)),
);

export const httpUrl: Format<string> = text(
  'an http or https URL',
  { format: 'uri', pattern: '^https?://' },
  (value) => {
    return /^https?:\/\//.test(value) && URL.canParse(value);
  },
);

/** A function. Only code can set one. */
export function callback<F extends (...args: never[]) => unknown>(): Format<F> {
  return format<F>('a function', ONLY_CODE, (value) => (typeof value === 'function' ? (value as F) : undefined));
}

/** Any value. Only code can set one. */
export const anything: Format<unknown> = format('a value', ONLY_CODE, (value) => value);
