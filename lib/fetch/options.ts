import {
  type CircuitOptions,
  ConfigurationError,
  type Duration,
  type RateLimitOptions,
  type RetryOptions,
  type TimeLimitOptions,
} from '../index.js';

/** The common options of the protected clients. `R` is the type of a call's result. */
export interface ClientOptions<R> {
  /**
   * The name of the circuits. Clients with the same name share the circuits. There is one circuit per key, see `per`.
   * @default 'fetch', 'axios' or 'undici'
   */
  readonly circuit?: string;
  /**
   * Which requests share a circuit. `'host'`: those with the same host and port. `'origin'`: those with the same
   * scheme, host and port. A function gets a `Request` without its body and returns the key. @default 'host'
   */
  readonly per?: 'host' | 'origin' | ((request: Request) => string);
  /**
   * Options of `@RetryOnTransient()`. `false`: nothing is retried. Unset options come from the settings `retry.*`.
   * @default {}
   */
  readonly retry?: Omit<RetryOptions, 'signal'> | false;
  /** Options of `@CircuitProtected()`. Unset options come from the settings `circuit.*`. @default {} */
  readonly circuitOptions?: Omit<CircuitOptions<R>, 'circuit' | 'key'>;
  /**
   * Options of `@RespectRateLimit()`. `false`: no wait after a 429. Unset options come from the settings `rateLimit.*`.
   * @default {}
   */
  readonly rateLimit?: RateLimitOptions | false;
  /** How long each attempt may take until its answer starts. @default none */
  readonly timeLimit?: Duration | Pick<TimeLimitOptions, 'limit'>;
  /**
   * The methods whose requests may be sent more than once. Requests with an `Idempotency-Key` header may be sent more
   * than once with any method. @default ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']
   */
  readonly retryMethods?: readonly string[];
}

/** The methods that RFC 9110 calls idempotent. */
export const IDEMPOTENT: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'];

interface Expectation {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const OPTIONS_OBJECT: Expectation = { expected: 'an object of options', fits: isObject };
const OBJECT_OR_FALSE: Expectation = {
  expected: 'an object of options, or false',
  fits: (value) => value === false || isObject(value),
};

/** The policies check their own options. */
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
    fits: (value) => Array.isArray(value) && value.every((method) => typeof method === 'string' && method !== ''),
  },
};

export const FUNCTION: Expectation = { expected: 'a function', fits: (value) => typeof value === 'function' };
export const BOOLEAN: Expectation = { expected: 'true or false', fits: (value) => typeof value === 'boolean' };

/** @throws {ConfigurationError} that lists every problem */
export function checkOptions(client: string, options: object, more: Readonly<Record<string, Expectation>> = {}): void {
  if (!isObject(options))
    throw new ConfigurationError([`${client}: expected an object of options, got ${kind(options)}`]);
  const known: Readonly<Record<string, Expectation>> = { ...COMMON, ...more };
  const problems = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (!Object.hasOwn(known, name))
      return [`${client}: unknown option "${name}". Known: ${Object.keys(known).join(', ')}`];
    const { expected, fits } = known[name] as Expectation;
    return fits(value) ? [] : [`${client}: ${name}: expected ${expected}, got ${kind(value)}`];
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/** Messages show only the type of a value: the value could be a secret. */
function kind(value: unknown): string {
  if (value === null || value === '') return JSON.stringify(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
