// The public list of `holdfast/fetch/undici`.
import type { Dispatcher } from 'undici';
import { currentSignal } from '../index.js';
import { checkOptions, type Refused } from './check.js';
import type { ClientOptions } from './options.js';
import { keysBy } from './key.js';
import { protect } from './protection.js';
import { both } from './signals.js';
import { HeldStatus } from './undici-attempt.js';
import { UndiciExchange } from './undici-exchange.js';

/** Options of {@link undiciInterceptor}. There is no fallback: an interceptor cannot make an answer. */
export interface UndiciOptions extends Omit<ClientOptions<never>, 'circuitOptions' | 'retry'> {
  /** Options of `@RetryOnTransient()`. `false`: nothing is retried. @default {} */
  readonly retry?: Omit<Exclude<ClientOptions<never>['retry'], false | undefined>, 'retryOnResult'> | false;
  /** Options of `@CircuitProtected()`. @default {} */
  readonly circuitOptions?: Omit<
    NonNullable<ClientOptions<never>['circuitOptions']>,
    'fallback' | 'fallbackOn' | 'failureOnResult'
  >;
}

const NO_ANSWER = 'an interceptor has no answer that it could look at, or give instead';
const REFUSED: Refused = {
  circuitOptions: { fallback: NO_ANSWER, fallbackOn: NO_ANSWER, failureOnResult: NO_ANSWER },
  retry: { retryOnResult: NO_ANSWER },
};

/**
 * Makes an interceptor for undici 7 with a circuit per host. It retries transient failures and waits for rate limits:
 * `new Agent().compose(undiciInterceptor())`. Callers get the same answer or error as without it.
 * @throws {ConfigurationError} for wrong options
 */
export function undiciInterceptor(options: UndiciOptions = {}): Dispatcher.DispatcherComposeInterceptor {
  checkOptions('undiciInterceptor', 'undici', options, {}, REFUSED);
  const { per = 'host', ...policies } = options;
  const keyOf = keysBy(per);
  const isLimited = policies.timeLimit !== undefined;

  return (dispatch) => {
    async function attempt(exchange: UndiciExchange): Promise<void> {
      const signal = isLimited ? both(exchange.signal, currentSignal()) : exchange.signal;
      let cut: (() => void) | undefined;
      try {
        await new Promise<void>((resolve, reject) => {
          const next = exchange.next(resolve, reject);
          cut = () => {
            next.discard(signal?.reason as Error);
            reject(signal?.reason);
          };
          signal?.addEventListener('abort', cut);
          if (signal?.aborted) cut();
          else dispatch(exchange.options, next);
        });
      } finally {
        if (cut) signal?.removeEventListener('abort', cut);
      }
    }

    const call = protect<UndiciExchange, void>('undici', policies, () => [], attempt);

    return (request, handler) => {
      // A request that changes the protocol has no ordinary answer.
      if (request.upgrade || request.method === 'CONNECT') return dispatch(request, handler);
      const exchange = new UndiciExchange(request, handler, keyOf);
      handler.onRequestStart?.(exchange, {});
      call(exchange)
        .then(
          () => exchange.letThrough(),
          (error: unknown) => {
            const about = answerIn(error);
            if (about && exchange.isLatest(about.attempt)) exchange.letThrough();
            else exchange.fail(error as Error);
          },
        )
        // If the caller's handler throws, end the request, as undici does.
        .catch((error: unknown) => exchange.abort(error as Error));
      return true;
    };
  };
}

/** The answer that caused a failure: an error status, or a 429 with too long a wait. */
function answerIn(error: unknown): HeldStatus | undefined {
  const { cause } = (error ?? {}) as { cause?: unknown };
  return [error, cause].find((one): one is HeldStatus => one instanceof HeldStatus);
}
