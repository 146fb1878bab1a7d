import type { CircuitOptions, Duration, RateLimitOptions, RetryOptions, TimeLimitOptions } from '../index.js';

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
  readonly circuitOptions?: Omit<CircuitOptions<R>, 'circuit' | 'key' | 'signal'>;
  /**
   * Options of `@RespectRateLimit()`. `false`: no wait after a 429. Unset options come from the settings `rateLimit.*`.
   * @default {}
   */
  readonly rateLimit?: Omit<RateLimitOptions, 'signal'> | false;
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
