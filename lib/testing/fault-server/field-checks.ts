/** @throws TypeError that names the field, the expectation and the value. */
export type FieldCheck = (field: string, value: unknown) => void;

/** A finite number >= 0. */
export const amount: FieldCheck = expected(
  'a number >= 0',
  (value) => typeof value === 'number' && value >= 0 && value !== Infinity,
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

function expected(expectation: string, isValid: (value: unknown) => boolean): FieldCheck {
  return (field, value) => {
    if (!isValid(value)) throw new TypeError(`expected \`${field}\` to be ${expectation}, got \`${String(value)}\``);
  };
}
