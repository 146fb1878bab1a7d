import axios from 'axios';
import { Agent, request } from 'undici';
import { axiosAdapter } from '#lib/fetch/axios.js';
import { type ClientOptions, resilientFetch } from '#lib/fetch/index.js';
import { undiciInterceptor } from '#lib/fetch/undici.js';

/** What a caller of any of the clients asks for. */
export interface Ask {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface Answered {
  readonly status: number;
  readonly body: string;
}

/** A protected client, under one roof with the others. */
export interface Client {
  readonly name: 'fetch' | 'axios' | 'undici';
  /** The answer, its body read. Rejects with what the client rejects with. */
  ask(what: Ask): Promise<Answered>;
  close(): Promise<void>;
}

type Common = Pick<ClientOptions<never>, 'circuit' | 'per' | 'rateLimit' | 'timeLimit' | 'retryMethods'> & {
  readonly retry?: { readonly maxAttempts?: number } | false;
  readonly circuitOptions?: { readonly failureThreshold?: number; readonly recoveryTimeout?: `${number}s` };
};

export const AUTHORIZED = { authorization: 'Bearer none' };

export const CLIENTS: readonly ((options?: Common) => Client)[] = [
  (options) => {
    const fetch = resilientFetch(options);
    return {
      name: 'fetch',
      ask: async ({ url, ...init }) => {
        const response = await fetch(url, { ...init, headers: { ...AUTHORIZED, ...init.headers } });
        return { status: response.status, body: await response.text() };
      },
      close: async () => {},
    };
  },
  (options) => {
    const client = axios.create({ adapter: axiosAdapter(options), transformResponse: (text: unknown) => text });
    return {
      name: 'axios',
      ask: async ({ url, body, headers, ...config }) => {
        const all = {
          ...config,
          url,
          headers: { ...AUTHORIZED, ...headers },
          ...(body !== undefined && { data: body }),
        };
        const { status, data } = await client.request<string>({ ...all, validateStatus: () => true });
        return { status, body: data };
      },
      close: async () => {},
    };
  },
  (options) => {
    const agent = new Agent();
    const dispatcher = agent.compose(undiciInterceptor(options));
    return {
      name: 'undici',
      ask: async ({ url, method = 'GET', headers, ...rest }) => {
        const all = { ...rest, method, headers: { ...AUTHORIZED, ...headers }, dispatcher };
        const { statusCode, body } = await request(url, all);
        return { status: statusCode, body: await body.text() };
      },
      close: () => agent.destroy(),
    };
  },
];
