// Clients that speak HTTP and nothing more.
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';

const BODY = { question: 'The question.' };
const JSON_HEADERS = { 'content-type': 'application/json' };

/** What a client with its defaults is measured with: they only differ in what it repeats by itself. */
const DEFAULTS = [
  'refused',
  'reset before headers',
  'TLS self-signed',
  '409',
  '429',
  '503',
  '503 HTML',
  "no headers, the client's timeout",
];
/** Clients that answer with whatever status comes. */
const NO_STATUS = [
  ...[400, 401, 402, 403, 404, 408, 409, 413, 422, 425, 429, 500, 501, 502, 503, 504, 529].map(String),
  ...[
    '429 quota',
    '503 HTML',
    '429 HTML',
    '503 Retry-After',
    '413 Retry-After',
    '403 Retry-After',
    '403 x-ratelimit-remaining 0',
  ],
];
const HINTS = [
  ...['Retry-After', 'Retry-After, a date', 'two Retry-After', 'retry-after-ms', 'x-ms-retry-after-ms', 'RateLimit'],
  ...['RateLimit, the older draft', 'ratelimit-reset', 'x-ratelimit-reset-after', 'x-ratelimit-reset, an epoch'],
  ...['x-ratelimit-reset-requests', 'x-ratelimit-reset-tokens, bare seconds', 'anthropic-ratelimit-requests-reset'],
].map((dialect) => `429 ${dialect}`);
const ANSWERS_ALL = [...NO_STATUS, ...HINTS];

async function viaFetch({ url, signal }) {
  return fetch(`${url}/v1/things`, { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(BODY), signal });
}

/** As most hand-written services do it. */
class HttpError extends Error {
  constructor(response, body) {
    super(`HTTP ${response.status}`);
    this.name = 'HttpError';
    this.status = response.status;
    this.headers = response.headers;
    this.body = body;
  }
}

function viaNode({ url, signal, timeout }) {
  const lib = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const request = lib.request(
      `${url}/v1/things`,
      { method: 'POST', headers: JSON_HEADERS, signal, timeout },
      (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk));
        response.on('error', reject).on('end', () => {
          try {
            if (response.statusCode >= 400)
              reject(Object.assign(new Error(`status ${response.statusCode}`), { response, body: text }));
            resolve(JSON.parse(text));
          } catch (error) {
            reject(error);
          }
        });
      },
    );
    // As the documentation of node:http has it: the event alone ends nothing.
    request.on('timeout', () => request.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })));
    request.on('error', reject).end(JSON.stringify(BODY));
  });
}

async function viaHttp2({ url, signal }) {
  const session = http2.connect(url);
  // It is thrown by the stream too.
  session.on('error', () => undefined);
  try {
    const stream = session.request({ ':method': 'POST', ':path': '/v1/things', ...JSON_HEADERS }, { signal });
    stream.end(JSON.stringify(BODY));
    const [headers] = await once(stream, 'response');
    let body = '';
    for await (const chunk of stream.setEncoding('utf8')) body += chunk;
    const status = headers[':status'];
    if (status >= 400) throw Object.assign(new Error(`status ${status}`), { status, headers, body });
    return JSON.parse(body);
  } finally {
    session.destroy();
  }
}

const endedStream = (name) => ({
  id: `the stream ends with ${name}`,
  kind: 'network',
  endsStream: http2.constants[`NGHTTP2_${name}`],
});
const HTTP2_FAULTS = [
  ...['INTERNAL_ERROR', 'REFUSED_STREAM', 'ENHANCE_YOUR_CALM', 'CANCEL'].map(endedStream),
  { id: 'the session ends with GOAWAY', kind: 'network', play: 'goaway' },
];

export const web = {
  name: 'web',
  title: 'HTTP clients',
  setups: [
    {
      name: 'fetch',
      limits: ['controller', 'signal', 'caller'],
      without: ANSWERS_ALL,
      call: async (at) => (await viaFetch(at)).json(),
    },
    {
      name: 'fetch, the Response thrown',
      limits: [],
      only: ANSWERS_ALL,
      call: async (at) => {
        const response = await viaFetch(at);
        if (!response.ok) throw response;
      },
    },
    {
      name: 'fetch, an error with status and headers',
      limits: [],
      only: ANSWERS_ALL,
      call: async (at) => {
        const response = await viaFetch(at);
        if (!response.ok) throw new HttpError(response, await response.json().catch(() => undefined));
      },
    },
    {
      name: 'fetch, an error with the response as its cause',
      limits: [],
      only: ANSWERS_ALL,
      call: async (at) => {
        const response = await viaFetch(at);
        if (!response.ok) throw new Error('The upstream failed.', { cause: response });
      },
    },
    {
      name: 'undici fetch',
      package: 'undici',
      limits: ['client', 'controller', 'signal', 'caller'],
      without: ANSWERS_ALL,
      call: async ({ url, signal, timeout }) => {
        const undici = await import('undici');
        const dispatcher = new undici.Agent({ headersTimeout: timeout, bodyTimeout: timeout });
        const response = await undici.fetch(`${url}/v1/things`, {
          method: 'POST',
          body: JSON.stringify(BODY),
          signal,
          dispatcher,
        });
        return response.json();
      },
    },
    {
      name: 'undici request',
      package: 'undici',
      without: ANSWERS_ALL,
      call: async ({ url, signal, timeout }) => {
        const undici = await import('undici');
        const limits = timeout && { headersTimeout: timeout, bodyTimeout: timeout };
        const { body } = await undici.request(`${url}/v1/things`, {
          method: 'POST',
          body: JSON.stringify(BODY),
          signal,
          ...limits,
        });
        return body.json();
      },
    },
    {
      name: 'undici request, throwing on a status',
      package: 'undici',
      limits: [],
      only: ANSWERS_ALL,
      call: async ({ url }) => {
        const undici = await import('undici');
        const dispatcher = new undici.Agent().compose(undici.interceptors.responseError());
        const { body } = await undici.request(`${url}/v1/things`, {
          method: 'POST',
          body: JSON.stringify(BODY),
          dispatcher,
        });
        return body.json();
      },
    },
    {
      name: 'axios',
      package: 'axios',
      call: async ({ url, signal, timeout }) => {
        const { default: axios } = await import('axios');
        return axios.post(`${url}/v1/things`, BODY, {
          signal,
          timeout,
          responseType: 'json',
          transitional: { silentJSONParsing: false },
        });
      },
    },
    {
      name: 'axios over fetch',
      package: 'axios',
      call: async ({ url, signal, timeout }) => {
        const { default: axios } = await import('axios');
        const parsing = { responseType: 'json', transitional: { silentJSONParsing: false } };
        return axios.post(`${url}/v1/things`, BODY, { signal, timeout, adapter: 'fetch', ...parsing });
      },
    },
    {
      name: 'axios-retry, its defaults',
      package: 'axios-retry',
      only: DEFAULTS,
      limits: ['client'],
      call: async ({ url, timeout }) => {
        const { default: axios } = await import('axios');
        const { default: axiosRetry } = await import('axios-retry');
        const client = axios.create();
        axiosRetry(client);
        return client.get(`${url}/v1/things`, { timeout });
      },
    },
    {
      name: 'got',
      package: 'got',
      call: async ({ url, signal, timeout }) => {
        const { default: got } = await import('got');
        return got
          .post(`${url}/v1/things`, {
            json: BODY,
            signal,
            retry: { limit: 0 },
            ...(timeout && { timeout: { request: timeout } }),
          })
          .json();
      },
    },
    {
      name: 'got, its defaults',
      package: 'got',
      only: DEFAULTS,
      limits: ['client'],
      call: async ({ url, timeout }) => {
        const { default: got } = await import('got');
        return got(`${url}/v1/things`, { ...(timeout && { timeout: { request: timeout } }) }).json();
      },
    },
    {
      name: 'ky',
      package: 'ky',
      call: async ({ url, signal, timeout }) => {
        const { default: ky } = await import('ky');
        return ky.post(`${url}/v1/things`, { json: BODY, signal, retry: 0, timeout: timeout ?? false }).json();
      },
    },
    {
      name: 'ky, its defaults',
      package: 'ky',
      only: DEFAULTS,
      limits: ['client'],
      call: async ({ url, timeout }) => {
        const { default: ky } = await import('ky');
        return ky(`${url}/v1/things`, { ...(timeout && { timeout }) }).json();
      },
    },
    {
      name: 'ofetch',
      package: 'ofetch',
      call: async ({ url, signal, timeout }) => {
        const { ofetch } = await import('ofetch');
        return ofetch(`${url}/v1/things`, {
          method: 'POST',
          body: BODY,
          signal,
          retry: 0,
          timeout,
          parseResponse: JSON.parse,
        });
      },
    },
    {
      name: 'ofetch, its defaults',
      package: 'ofetch',
      only: DEFAULTS,
      limits: ['client'],
      call: async ({ url, timeout }) => {
        const { ofetch } = await import('ofetch');
        return ofetch(`${url}/v1/things`, { timeout });
      },
    },
    {
      name: 'superagent',
      package: 'superagent',
      limits: ['client'],
      call: async ({ url, timeout }) => {
        const { default: superagent } = await import('superagent');
        const request = superagent.post(`${url}/v1/things`).send(BODY);
        return timeout ? request.timeout({ response: timeout, deadline: timeout }) : request;
      },
    },
    {
      name: 'needle',
      package: 'needle',
      without: ANSWERS_ALL,
      call: async ({ url, timeout, signal }) => {
        const { default: needle } = await import('needle');
        const limits = timeout && { response_timeout: timeout, read_timeout: timeout };
        return needle('post', `${url}/v1/things`, BODY, { json: true, parse_response: 'json', signal, ...limits });
      },
    },
    {
      name: 'needle, the response thrown',
      package: 'needle',
      limits: [],
      only: ANSWERS_ALL,
      call: async ({ url }) => {
        const { default: needle } = await import('needle');
        const response = await needle('post', `${url}/v1/things`, BODY, { json: true });
        if (response.statusCode >= 400) throw Object.assign(new Error('The upstream failed.'), { response });
      },
    },
    {
      name: 'node-fetch',
      package: 'node-fetch',
      limits: ['controller', 'signal', 'caller'],
      without: ANSWERS_ALL,
      call: async ({ url, signal }) => {
        const { default: fetch } = await import('node-fetch');
        return (await fetch(`${url}/v1/things`, { method: 'POST', body: JSON.stringify(BODY), signal })).json();
      },
    },
    {
      name: 'node-fetch 2',
      package: 'node-fetch-2',
      limits: ['client', 'controller', 'caller'],
      without: ANSWERS_ALL,
      call: async ({ url, signal, timeout }) => {
        const { default: fetch } = await import('node-fetch-2');
        return (
          await fetch(`${url}/v1/things`, { method: 'POST', body: JSON.stringify(BODY), signal, timeout })
        ).json();
      },
    },
    { name: 'node:http', call: viaNode },
    {
      name: 'node:http2',
      protocol: 'http2',
      more: HTTP2_FAULTS,
      limits: ['controller', 'signal', 'caller'],
      without: ['429 two Retry-After', 'TLS spoken to a plain port'],
      call: viaHttp2,
    },
    {
      name: 'gaxios',
      package: 'gaxios',
      call: async ({ url, signal, timeout }) => {
        const { request } = await import('gaxios');
        return request({
          url: `${url}/v1/things`,
          method: 'POST',
          data: BODY,
          signal,
          timeout,
          retry: false,
          responseType: 'json',
        });
      },
    },
    {
      name: 'wretch',
      package: 'wretch',
      limits: ['controller', 'signal', 'caller'],
      call: async ({ url, signal }) => {
        const { default: wretch } = await import('wretch');
        return wretch(`${url}/v1/things`, { signal }).post(BODY).json();
      },
    },
    {
      name: '@hapi/wreck',
      package: '@hapi/wreck',
      limits: ['client'],
      call: async ({ url, timeout }) => {
        const { default: wreck } = await import('@hapi/wreck');
        return wreck.post(`${url}/v1/things`, { payload: BODY, json: 'strict', ...(timeout && { timeout }) });
      },
    },
    {
      name: 'graphql-request',
      package: 'graphql-request',
      dialect: 'graphql',
      limits: ['controller', 'signal', 'caller'],
      call: async ({ url, signal }) => {
        const { GraphQLClient } = await import('graphql-request');
        return new GraphQLClient(`${url}/graphql`).request({ document: 'query { thing }', signal });
      },
    },
  ],
};
