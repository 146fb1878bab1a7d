import {
  type CircuitOptions,
  ConfigurationError,
  type Duration,
  type RateLimitOptions,
  type RetryOptions,
  type TimeLimitOptions,
} from '../index.js';

/** What the protected clients have in common. `R` is what a call answers with. */
export interface ClientOptions<R> {
  /**
   * The name of the circuits: clients that give the same name share them. There is one circuit per key, see `per`.
   * @default 'fetch', 'axios' or 'undici'
   */
  readonly circuit?: string;
  /**
   * What a circuit stands for: a host with its port, an origin (scheme, host and port), or what a function makes of the
   * request. The function gets a `Request` without its body. @default 'host'
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
   * Options of `@RespectRateLimit()`. `false`: a 429 is not waited for. Unset options come from the settings
   * `rateLimit.*`. @default {}
   */
  readonly rateLimit?: RateLimitOptions | false;
  /** How long each attempt may take until its answer begins. @default none */
  readonly timeLimit?: Duration | Pick<TimeLimitOptions, 'limit'>;
  /**
   * The methods whose requests may be sent more than once. A request with an `Idempotency-Key` header may be, whatever
   * its method. @default ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']
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

/** Values are not quoted: they could be anything. */
function kind(value: unknown): string {
  if (value === null || value === '') return JSON.stringify(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
