// The public list of `holdfast/fetch/axios`.
import { type AxiosAdapter, type AxiosResponse, getAdapter, type InternalAxiosRequestConfig } from 'axios';
import { currentSignal, RateLimitedError } from '../index.js';
import { AxiosExchange, AxiosStatus } from './axios-exchange.js';
import { checkOptions, FUNCTION } from './check.js';
import type { ClientOptions } from './options.js';
import { keysBy } from './key.js';
import { protect } from './protection.js';
import { both } from './signals.js';

/** Options of {@link axiosAdapter}. */
export interface AxiosAdapterOptions extends ClientOptions<AxiosResponse> {
  /** The adapter that sends the requests. @default axios's own adapter for the runtime */
  readonly adapter?: AxiosAdapter;
}

const FIRST_ERROR_STATUS = 400;

/**
 * Makes an adapter for axios with a circuit per host. It retries transient failures and waits for rate limits:
 * `axios.create({ adapter: axiosAdapter() })`. Callers get the same response or error as without it.
 * @throws {ConfigurationError} for wrong options
 */
export function axiosAdapter(options: AxiosAdapterOptions = {}): AxiosAdapter {
  checkOptions('axiosAdapter', 'axios', options, { adapter: FUNCTION });
  const { adapter, per = 'host', ...policies } = options;
  const keyOf = keysBy(per);
  const isLimited = policies.timeLimit !== undefined;

  async function attempt(exchange: AxiosExchange): Promise<AxiosResponse> {
    const signal = isLimited ? both(exchange.signal, currentSignal()) : exchange.signal;
    const config = exchange.next(signal);
    // Not axios.defaults.adapter: it may be this adapter.
    const send = adapter ?? getAdapter(['xhr', 'http', 'fetch'], config);
    const response = await send(config).catch((error: unknown) => {
      exchange.keep((error as { response?: AxiosResponse } | undefined)?.response);
      throw error;
    });
    exchange.keep(response);
    // For the policies an error status is a failure even if `validateStatus` accepts it.
    if (response.status >= FIRST_ERROR_STATUS) throw new AxiosStatus(response);
    return response;
  }

  const call = protect('axios', policies, ({ config }: AxiosExchange) => [config], attempt);

  return async (config: InternalAxiosRequestConfig) => {
    const exchange = new AxiosExchange(config, keyOf);
    try {
      const response = await call(exchange);
      exchange.release(response);
      return response;
    } catch (error) {
      // If the rate limit lasts too long to wait, throw the 429, as axios does.
      const final = error instanceof RateLimitedError && error.cause ? error.cause : error;
      exchange.release((final as { response?: AxiosResponse } | undefined)?.response);
      if (final instanceof AxiosStatus) return final.response;
      throw final;
    }
  };
}
