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
  /** The JSON Schema of the value in a settings file. Absent in the published code, which does not need it. */
  readonly json?: Readonly<Record<string, unknown>> | undefined;
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

type Json = Readonly<Record<string, unknown>>;

// The JSON Schema is always the last argument: scripts/bundle.js leaves it out of the published code.

export function format<T>(expected: string, read: Format<T>['read'], json?: Json): Format<T> {
  const check = (value: unknown): void => {
    if (value !== null && read(value, 'code') === undefined) throw new Error(`expected ${expected}`);
  };
  return Object.assign(check, { expected, read, json });
}

/** The JSON Schema of values that a file cannot hold. */
const ONLY_CODE = { not: {} };

const NUMBER_TEXT = /^\d+(\.\d+)?$/;

function number(expected: string, fits: (value: number) => boolean, json?: Json): Format<number> {
  const read: Format<number>['read'] = (value, spelling) => {
    const parsed = spelling === 'text' && NUMBER_TEXT.test(String(value)) ? Number(value) : value;
    return typeof parsed === 'number' && Number.isFinite(parsed) && fits(parsed) ? parsed : undefined;
  };
  return format(expected, read, json);
}

/** An integer of at least `min`. */
export const count = (min = 1): Format<number> =>
  number(`an integer >= ${min}`, (n) => Number.isSafeInteger(n) && n >= min, { type: 'integer', minimum: min });

/** An integer of at least 1, or the given word. */
export const countOr = <const T extends string>(word: T): Format<number | T> =>
  format(
    `an integer >= 1 or "${word}"`,
    (value, spelling) => (value === word ? word : count(1).read(value, spelling)),
    { anyOf: [count(1).json, { const: word }] },
  );

/** A multiplier of at least 1. */
export const factor: Format<number> = number('a number >= 1', (n) => n >= 1, { type: 'number', minimum: 1 });

/** A share: above 0, at most 1. */
export const share: Format<number> = number('a share above 0 and at most 1, such as 0.5', (n) => n > 0 && n <= 1, {
  type: 'number',
  exclusiveMinimum: 0,
  maximum: 1,
});

function durationFormat(expected: string, zero: boolean): Format<Duration> {
  return format(
    `${expected} with a unit, such as "500ms", "1.5s" or "2m"`,
    (value, spelling) => {
      const read = spelling === 'code' ? readDuration(value) : readSeconds(value);
      return read !== undefined && (zero || Number.parseFloat(read) > 0) ? read : undefined;
    },
    {
      anyOf: [
        { type: 'number', [zero ? 'minimum' : 'exclusiveMinimum']: 0 },
        { type: 'string', pattern: `${zero ? '^' : '^(?=.*[1-9])'}\\d+(\\.\\d+)?( ?(ms|s|m|h|d))?$` },
      ],
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
  (value, spelling) => (isPercentile(value) ? value : positiveDuration.read(value, spelling)),
  { anyOf: [positiveDuration.json, { type: 'string', pattern: PERCENTILE.source }] },
);

/** A duration above 0, or a count from 1 to `max`. A number without a unit is always a count. */
export function durationOrCount(max: number): Format<Duration | number> {
  const counts = count(1);
  return format(
    `a duration above 0 with a unit, such as "60s", or an integer from 1 to ${max}`,
    (value, spelling) => {
      const read = positiveDuration.read(value, 'code') ?? counts.read(value, spelling);
      return typeof read === 'number' && read > max ? undefined : read;
    },
    {
      anyOf: [
        { ...counts.json, maximum: max },
        { type: 'string', pattern: '^(?=.*[1-9])\\d+(\\.\\d+)? ?(ms|s|m|h|d)$' },
      ],
    },
  );
}

export const boolean: Format<boolean> = format(
  'true or false',
  (value, spelling) => {
    if (spelling === 'text') return value === 'true' ? true : value === 'false' ? false : undefined;
    return typeof value === 'boolean' ? value : undefined;
  },
  { type: 'boolean' },
);

/** Like `boolean`, but a settings file can only set false. */
export const allowedByVariable: Format<boolean> = format(
  'false (only the environment can say true)',
  (value, spelling) => (spelling === 'json' && value !== false ? undefined : boolean.read(value, spelling)),
  { const: false },
);

/** A value of either format. */
export function either<A, B>(first: Format<A>, second: Format<B>): Format<A | B> {
  return format<A | B>(
    `${first.expected}, or ${second.expected}`,
    (value, spelling) => first.read(value, spelling) ?? second.read(value, spelling),
    { anyOf: [first, second].flatMap(({ json }) => (json === ONLY_CODE ? [] : [json])) },
  );
}

/** A list of words, without repetition. */
export function listOf<const T extends string>(...words: readonly T[]): Format<readonly T[]> {
  const word = oneOf(...words);
  return format(
    `a list of ${words.map((each) => `"${each}"`).join(', ')}`,
    (value, spelling) => {
      if (spelling === 'text' || !Array.isArray(value) || value.length === 0) return undefined;
      const read = value.map((each) => word.read(each, spelling)).filter((each) => each !== undefined);
      return read.length === value.length && new Set(read).size === read.length ? Object.freeze(read) : undefined;
    },
    { type: 'array', items: word.json, minItems: 1, uniqueItems: true },
  );
}

export function oneOf<const T extends string>(...words: readonly T[]): Format<T> {
  return format(
    `one of ${words.map((word) => `"${word}"`).join(', ')}`,
    (value) => words.find((word) => word === value),
    { enum: words },
  );
}

function text(expected: string, fits: (value: string) => boolean, json?: Json): Format<string> {
  return format(expected, (value) => (typeof value === 'string' && fits(value) ? value : undefined), {
    type: 'string',
    ...json,
  });
}

export const name: Format<string> = text('a name', (value) => value.trim() !== '', { pattern: '\\S' });

/**
 * A key for an HTTP header. A space or a line break in it would make the HTTP client print the whole key in an error.
 */
export const secret: Format<string> = text('a key of visible ASCII characters', (value) => /^[!-~]+$/.test(value), {
  pattern: '^[!-~]+$',
});

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** A point in time, such as "2027-01-31T12:00:00Z". */
export const moment: Format<string> = text(
  'a time in ISO 8601 with its zone, such as "2027-01-31T12:00:00Z"',
  (value) => MOMENT.test(value) && !Number.isNaN(Date.parse(value)),
  { format: 'date-time', pattern: MOMENT.source },
);

export const httpUrl: Format<string> = text(
  'an http or https URL',
  (value) => /^https?:\/\//.test(value) && URL.canParse(value),
  { format: 'uri', pattern: '^https?://' },
);

/** A function. Only code can set one. */
export function callback<F extends (...args: never[]) => unknown>(): Format<F> {
  return format<F>('a function', (value) => (typeof value === 'function' ? (value as F) : undefined), ONLY_CODE);
}

/** Any value. Only code can set one. */
export const anything: Format<unknown> = format('a value', (value) => value, ONLY_CODE);
