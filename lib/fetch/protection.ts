import {
  CircuitProtected,
  type CircuitOptions,
  type PolicyDecorator,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '../index.js';
import { type ClientOptions, IDEMPOTENT } from './options.js';
import { methodsOf } from './repeatable.js';

/** One call of a client: the argument that the policies get. */
export interface Exchange {
  /** The key of its circuit. */
  readonly key: string;
  readonly method: string;
  /**
   * Set if the body can be sent only once, for example a stream. The policies look for it in the exchange. If it is
   * set, they do not retry and report the reason `body`.
   */
  readonly once: unknown;
  readonly hasIdempotencyKey: boolean;
  /** True if the method or an Idempotency-Key allows a second attempt. Set before the first one. */
  mayRepeat: boolean;
  /** Ends the call, its attempts and waits. */
  readonly signal: AbortSignal | undefined;
}

type Attempt<E, R> = (exchange: E) => Promise<R>;

/**
 * Puts the policies around an attempt. A call that may be sent only once uses the same circuit and the same gate.
 * @throws {DecorationError} for wrong options
 */
export function protect<E extends Exchange, R>(
  client: string,
  { circuit = client, retry = {}, circuitOptions = {}, rateLimit = {}, timeLimit, retryMethods }: ClientOptions<R>,
  argumentsOf: (exchange: E) => readonly unknown[],
  attempt: Attempt<E, R>,
): Attempt<E, R> {
  const protection: CircuitOptions<R> = {
    ...circuitOptions,
    ...(typeof circuitOptions.fallback === 'function' && {
      fallback(this: unknown, error: unknown, exchange: E): R | PromiseLike<R> {
        return (circuitOptions.fallback as (...args: unknown[]) => R).call(this, error, ...argumentsOf(exchange));
      },
    }),
    circuit,
    key: ({ key }: E) => key,
  };
  // The method name in events and in the settings `methods.*`.
  Object.defineProperty(attempt, 'name', { value: client });
  const limited = timeLimit === undefined ? attempt : applied(limitOf(timeLimit), attempt);
  const around = (inner: Attempt<E, R>, maxAttempts?: 1): Attempt<E, R> => {
    const gated = rateLimit
      ? applied(RespectRateLimit({ ...rateLimit, ...(maxAttempts && { maxAttempts }) }), inner)
      : inner;
    const retried = retry && !maxAttempts ? applied(RetryOnTransient(retry), gated) : gated;
    return applied(CircuitProtected(protection) as PolicyDecorator, retried);
  };
  const repeating = around(limited);
  const once = around(limited, 1);
  const isRepeated = methodsOf(retryMethods ?? IDEMPOTENT);
  return (exchange) => {
    exchange.mayRepeat = isRepeated(exchange.method) || exchange.hasIdempotencyKey;
    return (exchange.mayRepeat ? repeating : once)(exchange);
  };
}

function limitOf(limit: NonNullable<ClientOptions<unknown>['timeLimit']>): PolicyDecorator {
  return typeof limit === 'string' ? TimeLimited(limit) : TimeLimited(limit);
}

function applied<E, R>(policy: PolicyDecorator, attempt: Attempt<E, R>): Attempt<E, R> {
  return policy(attempt);
}
