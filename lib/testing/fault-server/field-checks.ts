/** @throws TypeError that names the field, what was expected and what came. */
export type FieldCheck = (field: string, value: unknown) => void;

/** A number >= 0 that is not Infinity. */
export const amount: FieldCheck = expected(
  'a number >= 0',
  (value) => typeof value === 'number' && value >= 0 && value !== Number.POSITIVE_INFINITY,
);

export const text: FieldCheck = expected('a string', (value) => typeof value === 'string');

export const flag: FieldCheck = expected('true or false', (value) => typeof value === 'boolean');

/** OpenAI's `code` and `param`, and the value of a header such as `retry-after`. */
export const textNumberOrNull: FieldCheck = expected(
  'a string, a number or null',
  (value) => value === null || typeof value === 'string' || typeof value === 'number',
);

export const headers: FieldCheck = expected(
  'an object of strings',
  (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'string'),
);

export function statusFrom(least: number): FieldCheck {
  return expected(
    `an integer from ${least} to 599`,
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 599,
  );
}

export function oneOf(...choices: readonly string[]): FieldCheck {
  return expected(`one of ${choices.join(', ')}`, (value) => typeof value === 'string' && choices.includes(value));
}

function expected(what: string, holds: (value: unknown) => boolean): FieldCheck {
  return (field, value) => {
    if (!holds(value)) throw new TypeError(`expected \`${field}\` to be ${what}, got \`${String(value)}\``);
  };
}
