import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { currentSignal } from '../index.js';
import type { KeyOf } from './key.js';
import type { Exchange } from './protection.js';
import { hasIdempotencyKey, isSentOnce, onceMark } from './repeatable.js';
import { both } from './signals.js';

/** Represents an error status that axios accepts, for the policies only. Callers never get it. */
export class AxiosStatus extends Error {
  override readonly name = 'HttpStatusError';
  readonly status: number;
  declare readonly response: AxiosResponse;

  constructor(response: AxiosResponse) {
    super(`The upstream answered with the status ${response.status}.`);
    this.status = response.status;
    Object.defineProperty(this, 'response', { value: response });
  }
}

/** One request of axios. Keeps the latest answer until it is known whether it is final. */
export class AxiosExchange implements Exchange {
  readonly config: InternalAxiosRequestConfig;
  readonly key: string;
  readonly method: string;
  readonly once: unknown;
  readonly signal: AbortSignal | undefined;
  mayRepeat = false;
  /** The answer of the latest attempt. */
  #latest: AxiosResponse | undefined;

  constructor(config: InternalAxiosRequestConfig, keyOf: KeyOf) {
    this.config = config;
    this.method = config.method ?? 'get';
    this.once = onceMark(isSentOnce(config.data));
    const own = config.signal instanceof AbortSignal ? config.signal : undefined;
    this.signal = both(both(own, config.cancelToken?.toAbortSignal?.()), currentSignal());
    const url = urlOf(config);
    this.key = keyOf(url, () => new Request(url, { method: this.method, headers: headersOf(config) }));
  }

  get hasIdempotencyKey(): boolean {
    return hasIdempotencyKey(this.config.headers);
  }

  /** The config of the next attempt. Discards the answer of the previous attempt. */
  next(signal: AbortSignal | undefined): InternalAxiosRequestConfig {
    this.release();
    const { config } = this;
    return signal === undefined || signal === config.signal ? config : { ...config, signal };
  }

  /** Keeps an answer until it is known whether it is final. */
  keep(response: AxiosResponse | undefined): void {
    this.#latest = response;
  }

  /** Discards the latest answer unless it is handed out: with `responseType: 'stream'` it holds a socket. */
  release(handedOut?: AxiosResponse): void {
    const response = this.#latest;
    if (response === handedOut) return;
    this.#latest = undefined;
    discard(response?.data);
  }
}

function urlOf({ url = '', baseURL }: InternalAxiosRequestConfig): string {
  if (!baseURL || URL.canParse(url)) return url;
  return URL.canParse(url, baseURL) ? new URL(url, baseURL).href : baseURL;
}

function headersOf({ headers }: InternalAxiosRequestConfig): [string, string][] {
  return Object.entries(headers.toJSON(true)).map(([name, value]) => [name, String(value)]);
}

function discard(data: unknown): void {
  const stream = data as Partial<{ destroy(): unknown; cancel(): Promise<unknown> }> | null | undefined;
  if (typeof stream?.destroy === 'function') stream.destroy();
  else if (typeof stream?.cancel === 'function') stream.cancel().catch(() => undefined);
}
