import {
  CircuitProtected,
  ConfigurationError,
  type PolicyDecorator,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '../index.js';

interface Expectation {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

const isObject = (value: unknown): value is object =>
  /^\[object (Object|Module)\]$/.test(Object.prototype.toString.call(value)) && !('then' in (value as object));
const OPTIONS_OBJECT: Expectation = { expected: 'an object of options', fits: isObject };
const OBJECT_OR_FALSE: Expectation = {
  expected: 'an object of options, or false',
  fits: (value) => value === false || isObject(value),
};

const METHOD = /^[A-Za-z][A-Za-z-]*$/;

const COMMON: Readonly<Record<string, Expectation>> = {
  circuit: { expected: 'a name', fits: (value) => typeof value === 'string' && value !== '' },
  per: {
    expected: "'host', 'origin' or a function",
    fits: (value) => value === 'host' || value === 'origin' || typeof value === 'function',
  },
  retry: OBJECT_OR_FALSE,
  circuitOptions: OPTIONS_OBJECT,
  rateLimit: OBJECT_OR_FALSE,
  timeLimit: {
    expected: "a duration such as '20s', or an object with a limit",
    fits: (value) => typeof value === 'string' || isObject(value),
  },
  retryMethods: {
    expected: 'an array of HTTP methods',
    fits: (value) => Array.isArray(value) && value.every((method) => typeof method === 'string' && METHOD.test(method)),
  },
};

export const FUNCTION: Expectation = { expected: 'a function', fits: (value) => typeof value === 'function' };
export const BOOLEAN: Expectation = { expected: 'true or false', fits: (value) => typeof value === 'boolean' };

/** Options of a policy that are not possible here: what to do instead, by option and name. */
export type Refused = Readonly<Record<string, Readonly<Record<string, string>>>>;

const signal = "the request's own signal is used";

/** What a client sets itself. */
const SET_ALREADY: Refused = {
  circuitOptions: { circuit: 'write circuit beside it', key: 'write per', signal },
  retry: { signal },
  rateLimit: { signal },
  timeLimit: { signal },
};

/**
 * Checks all options, those of the policies too.
 * @param method the name of the protected method, for problems of the policies
 * @throws {ConfigurationError} that lists every problem
 */
export function checkOptions(
  client: string,
  method: string,
  options: object,
  more: Readonly<Record<string, Expectation>> = {},
  refused: Refused = {},
): void {
  if (!isObject(options))
    throw new ConfigurationError([`${client}: expected an object of options, got ${kind(options)}`]);
  const known: Readonly<Record<string, Expectation>> = { ...COMMON, ...more };
  const problems = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (!Object.hasOwn(known, name))
      return [`${client}: unknown option "${name}". Known: ${Object.keys(known).join(', ')}`];
    const { expected, fits } = known[name] as Expectation;
    if (!fits(value)) return [`${client}: ${name}: expected ${expected}, got ${got(value, expected)}`];
    const without = { ...SET_ALREADY[name], ...refused[name] };
    const impossible = Object.entries(Object(value) as object)
      .filter(([key, given]) => given !== undefined && Object.hasOwn(without, key))
      .map(([key]) => key);
    const rest = withoutKeys(value, impossible);
    return [
      ...impossible.map((key) => `${client}: ${name}: ${key} is not possible here; ${without[key]}`),
      ...problemsOf(method, name, rest),
    ];
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
}

const POLICIES: Readonly<Record<string, (options: object | string) => PolicyDecorator>> = {
  retry: (options) => RetryOnTransient(options as object),
  circuitOptions: (options) => CircuitProtected(options as object) as PolicyDecorator,
  rateLimit: (options) => RespectRateLimit(options as object),
  timeLimit: (options) => TimeLimited(options as '1s'),
};

/** What the policy says of its options. */
function problemsOf(method: string, name: string, options: unknown): readonly string[] {
  const policy = POLICIES[name];
  if (!policy || options === false) return [];
  const probe = { [method]: async () => undefined }[method] as () => Promise<undefined>;
  try {
    policy(options as object | string)(probe);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

function withoutKeys(value: unknown, keys: readonly string[]): unknown {
  if (keys.length === 0) return value;
  return Object.fromEntries(Object.entries(value as object).filter(([key]) => !keys.includes(key)));
}

const got = (value: unknown, expected: string): string =>
  Array.isArray(value) && expected.startsWith('an array') ? 'one with other values' : kind(value);

/** Messages show only the type of a value: the value could be a secret. */
function kind(value: unknown): string {
  if (value === null || value === '') return JSON.stringify(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
