// SDKs of services that run models.
const QUESTION = 'The question.';
const MESSAGES = [{ role: 'user', content: QUESTION }];
const KEY = 'key';

/** What an SDK with its defaults is measured with: it differs only in what it repeats by itself. */
export const DEFAULTS = [
  'refused',
  'reset before headers',
  'TLS self-signed',
  '409',
  '429',
  '503',
  "no headers, the client's timeout",
];
const NO_QUOTA = ['429 quota', '402'];

const openai =
  (load) =>
  async ({ url, timeout, signal, retries }) => {
    const { OpenAI } = await load();
    const client = new OpenAI({ apiKey: KEY, baseURL: `${url}/v1`, maxRetries: retries, timeout, logLevel: 'off' });
    return client.chat.completions.create({ model: 'm', messages: MESSAGES }, { signal });
  };
const anthropic = async ({ url, timeout, signal, retries }) => {
  const { Anthropic } = await import('@anthropic-ai/sdk');
  const client = new Anthropic({ apiKey: KEY, baseURL: url, maxRetries: retries, timeout, logLevel: 'off' });
  return client.messages.create({ model: 'm', max_tokens: 10, messages: MESSAGES }, { signal });
};
const groq = async ({ url, timeout, signal, retries }) => {
  const { Groq } = await import('groq-sdk');
  const client = new Groq({ apiKey: KEY, baseURL: url, maxRetries: retries, timeout, logLevel: 'off' });
  return client.chat.completions.create({ model: 'm', messages: MESSAGES }, { signal });
};
const vercel = async ({ url, signal, retries }) => {
  const { generateText } = await import('ai');
  const { createOpenAI } = await import('@ai-sdk/openai');
  const model = createOpenAI({ apiKey: KEY, baseURL: `${url}/v1` }).chat('m');
  return generateText({ model, prompt: QUESTION, maxRetries: retries, abortSignal: signal });
};
const langchain = async ({ url, timeout, signal, retries }) => {
  const { ChatOpenAI } = await import('@langchain/openai');
  const client = new ChatOpenAI({
    model: 'm',
    apiKey: KEY,
    maxRetries: retries,
    timeout,
    configuration: { baseURL: `${url}/v1`, logLevel: 'off' },
  });
  return client.invoke(QUESTION, { signal });
};

/** One set-up without retries of its own, and one with its defaults. */
const both = ({ name, call, ...rest }) => [
  { name, ...rest, call: (at) => call({ ...at, retries: 0 }) },
  { name: `${name}, its defaults`, ...rest, only: DEFAULTS, call },
];

const streamOf =
  (load) =>
  async ({ url, signal }) => {
    const { OpenAI } = await load();
    const client = new OpenAI({ apiKey: KEY, baseURL: `${url}/v1`, maxRetries: 0, logLevel: 'off' });
    const stream = await client.chat.completions.create({ model: 'm', messages: MESSAGES, stream: true }, { signal });
    for await (const _ of stream);
  };

/** An error event within an answer of status 200. */
const event = (id, kind, data, name) => ({
  id: `an event of the stream: ${id}`,
  kind,
  play: {
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: `${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`,
  },
});
const OPENAI_EVENTS = [
  event('server_error', 'server', { error: { message: 'The message.', type: 'server_error', code: null } }),
  event('rate_limit_exceeded', 'rate-limited', {
    error: { message: 'The message.', type: 'tokens', code: 'rate_limit_exceeded' },
  }),
  event('insufficient_quota', 'quota', {
    error: { message: 'The message.', type: 'insufficient_quota', code: 'insufficient_quota' },
  }),
];
const anthropicEvent = (type, kind) =>
  event(type, kind, { type: 'error', error: { type, message: 'The message.' } }, 'error');
const ANTHROPIC_EVENTS = [
  anthropicEvent('overloaded_error', 'server'),
  anthropicEvent('api_error', 'server'),
  anthropicEvent('rate_limit_error', 'rate-limited'),
  anthropicEvent('timeout_error', 'timeout'),
  anthropicEvent('billing_error', 'quota'),
];

const PER_DAY = {
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [
    { quotaMetric: 'generate_requests', quotaId: 'GenerateRequestsPerDayPerProjectPerModel', quotaValue: '50' },
  ],
};
const PER_MINUTE = {
  ...PER_DAY,
  violations: [{ ...PER_DAY.violations[0], quotaId: 'GenerateRequestsPerMinutePerProjectPerModel' }],
};
const RETRY_INFO = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '37s' };

/** A client that was given no key. */
const noKey = (make) => ({
  limits: [],
  only: ['no key'],
  more: [{ id: 'no key', kind: 'misconfigured', play: 'silence' }],
  call: make,
});

export const ai = {
  name: 'ai',
  title: 'SDKs of models',
  setups: [
    ...both({ name: 'openai 6', package: 'openai', dialect: 'openai', call: openai(() => import('openai')) }),
    ...both({ name: 'openai 7', package: 'openai-7', dialect: 'openai', call: openai(() => import('openai-7')) }),
    {
      name: 'openai 6, a stream',
      package: 'openai',
      dialect: 'openai',
      limits: ['controller', 'caller'],
      more: OPENAI_EVENTS,
      only: [
        ...OPENAI_EVENTS.map(({ id }) => id),
        'closed in the body',
        'reset in the body',
        'closed in a chunked body',
      ],
      call: streamOf(() => import('openai')),
    },
    {
      name: 'openai 7, a stream',
      package: 'openai-7',
      dialect: 'openai',
      limits: ['controller', 'caller'],
      more: OPENAI_EVENTS,
      only: [
        ...OPENAI_EVENTS.map(({ id }) => id),
        'closed in the body',
        'reset in the body',
        'closed in a chunked body',
      ],
      call: streamOf(() => import('openai-7')),
    },
    { name: 'openai 6, no key', package: 'openai', ...noKey(async () => new (await import('openai')).OpenAI()) },
    {
      name: 'openai 7, no key',
      package: 'openai-7',
      ...noKey(async ({ url }) => {
        const client = new (await import('openai-7')).OpenAI({ baseURL: url });
        return client.models.list();
      }),
    },
    ...both({
      name: '@anthropic-ai/sdk',
      package: '@anthropic-ai/sdk',
      dialect: 'anthropic',
      without: ['429 quota'],
      call: anthropic,
    }),
    {
      name: '@anthropic-ai/sdk, a stream',
      package: '@anthropic-ai/sdk',
      limits: [],
      more: ANTHROPIC_EVENTS,
      only: ANTHROPIC_EVENTS.map(({ id }) => id),
      call: async ({ url }) => {
        const { Anthropic } = await import('@anthropic-ai/sdk');
        const client = new Anthropic({ apiKey: KEY, baseURL: url, maxRetries: 0, logLevel: 'off' });
        for await (const _ of await client.messages.create({
          model: 'm',
          max_tokens: 10,
          messages: MESSAGES,
          stream: true,
        }));
      },
    },
    {
      name: '@anthropic-ai/sdk, no key',
      package: '@anthropic-ai/sdk',
      ...noKey(async ({ url }) => {
        const { Anthropic } = await import('@anthropic-ai/sdk');
        return new Anthropic({ baseURL: url }).messages.create({ model: 'm', max_tokens: 10, messages: MESSAGES });
      }),
    },
    {
      name: '@google/genai',
      package: '@google/genai',
      dialect: 'google',
      answers: { '429 quota': { details: [PER_DAY, { ...RETRY_INFO, retryDelay: '37s' }] } },
      more: [
        {
          id: '429 RetryInfo',
          kind: 'rate-limited',
          status: 429,
          hint: 37_000,
          hintMark: '37s',
          play: { status: 429, headers: {}, details: [PER_MINUTE, RETRY_INFO] },
        },
      ],
      call: async ({ url, timeout, signal }) => {
        const { GoogleGenAI } = await import('@google/genai');
        const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: url, timeout } });
        return client.models.generateContent({ model: 'm', contents: QUESTION, config: { abortSignal: signal } });
      },
    },
    ...both({ name: 'groq-sdk', package: 'groq-sdk', dialect: 'openai', call: groq }),
    {
      name: '@mistralai/mistralai',
      package: '@mistralai/mistralai',
      dialect: 'mistral',
      call: async ({ url, timeout, signal }) => {
        const { Mistral } = await import('@mistralai/mistralai');
        const client = new Mistral({ apiKey: KEY, serverURL: url, timeoutMs: timeout });
        return client.chat.complete(
          { model: 'm', messages: MESSAGES },
          { retries: { strategy: 'none' }, ...(signal && { fetchOptions: { signal } }) },
        );
      },
    },
    {
      name: 'cohere-ai',
      package: 'cohere-ai',
      dialect: 'cohere',
      without: NO_QUOTA,
      call: async ({ url, timeout, signal }) => {
        const { CohereClientV2 } = await import('cohere-ai');
        const client = new CohereClientV2({ token: KEY, environment: url });
        return client.chat(
          { model: 'm', messages: MESSAGES },
          { maxRetries: 0, ...(timeout && { timeoutInSeconds: timeout / 1000 }), abortSignal: signal },
        );
      },
    },
    // Its two retries wait for 2 and 4 seconds.
    ...both({
      name: 'AI SDK',
      package: 'ai',
      dialect: 'openai',
      patience: 9000,
      limits: ['controller', 'signal', 'caller'],
      call: vercel,
    }),
    {
      name: 'AI SDK, no key',
      package: 'ai',
      ...noKey(async ({ url }) => {
        const { generateText } = await import('ai');
        const { createOpenAI } = await import('@ai-sdk/openai');
        return generateText({ model: createOpenAI({ baseURL: url }).chat('m'), prompt: QUESTION });
      }),
    },
    ...both({ name: '@langchain/openai', package: '@langchain/openai', dialect: 'openai', call: langchain }),
  ],
};
