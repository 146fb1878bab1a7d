import { currentSignal, RateLimitedError } from '../index.js';
import { discard, FetchExchange, type Init, type Input } from './fetch-exchange.js';
import { HttpStatusError } from './http-status-error.js';
import { BOOLEAN, checkOptions, FUNCTION } from './check.js';
import type { ClientOptions } from './options.js';
import { keysBy } from './key.js';
import { protect } from './protection.js';
import { both } from './signals.js';

/** Options of {@link resilientFetch}. */
export interface FetchOptions extends ClientOptions<Response> {
  /** The function that sends the requests. @default the global `fetch` at the time of each request */
  readonly fetch?: typeof fetch;
  /** Whether a final error status is thrown as {@link HttpStatusError}, not returned as with `fetch`. @default false */
  readonly throwOnStatus?: boolean;
}

const FIRST_ERROR_STATUS = 400;

/**
 * Makes a `fetch` with a circuit per host. It retries transient failures and waits for rate limits. It has the
 * signature of `fetch`, so that every library with a `fetch` option accepts it. A final error status is returned with
 * its body unread.
 * @throws {ConfigurationError} for wrong options
 */
export function resilientFetch(options: FetchOptions = {}): typeof fetch {
  checkOptions('resilientFetch', 'fetch', options, { fetch: FUNCTION, throwOnStatus: BOOLEAN });
  const { fetch: given, throwOnStatus = false, per = 'host', ...policies } = options;
  const keyOf = keysBy(per);
  const isLimited = policies.timeLimit !== undefined;

  async function attempt(exchange: FetchExchange): Promise<Response> {
    const signal = isLimited ? both(exchange.signal, currentSignal()) : exchange.signal;
    const response = await exchange.send(given ?? globalThis.fetch, signal);
    // A fetch that ignores its signal may answer after the attempt has ended.
    if (signal?.aborted) {
      discard(response);
      throw signal.reason;
    }
    exchange.keep(response);
    if (response.status < FIRST_ERROR_STATUS) return response;
    throw new HttpStatusError(response);
  }

  const call = protect('fetch', policies, ({ input, init }: FetchExchange) => [input, init], attempt);

  /** Returns the answer of a final error status, unless `throwOnStatus` is set. Rethrows every other error. */
  function settle(exchange: FetchExchange, error: unknown): Response {
    const response = answerIn(error);
    if (response && exchange.isLatest(response)) {
      if (!throwOnStatus) return response;
    } else exchange.release();
    throw error;
  }

  return async function fetch(input: Input, init?: Init): Promise<Response> {
    const exchange = new FetchExchange(input, init, keyOf);
    let response: Response;
    try {
      response = await call(exchange);
      exchange.release(response);
    } catch (error) {
      exchange.finish();
      return settle(exchange, error);
    }
    exchange.finish();
    return response;
  };
}

/** The answer that caused a failure: an error status, or a 429 with too long a wait. */
function answerIn(error: unknown): Response | undefined {
  const about = error instanceof RateLimitedError ? error.cause : error;
  return about instanceof HttpStatusError ? about.response : undefined;
}
