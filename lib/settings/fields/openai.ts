import { count, type Field, httpUrl, name, positiveDuration, secret } from '../../core/field.js';

export const openaiFields = {
  apiKey: {
    doc: 'The API key. Default: none.',
    format: secret,
    default: null,
    env: 'OPENAI_API_KEY',
    sensitive: true,
  },
  baseUrl: {
    doc: "The address of the API. Default: the SDK's own.",
    format: httpUrl,
    default: null,
    env: 'OPENAI_BASE_URL',
  },
  chatModel: {
    doc: 'The model that answers.',
    format: name,
    default: 'gpt-5-mini',
    env: 'OPENAI_CHAT_MODEL',
  },
  embeddingModel: {
    doc: 'The model that embeds.',
    format: name,
    default: 'text-embedding-3-small',
    env: 'OPENAI_EMBEDDING_MODEL',
  },
  embeddingDimensions: {
    doc: 'The length of an embedding.',
    format: count(1),
    default: 1536,
    env: 'OPENAI_EMBEDDING_DIMENSIONS',
  },
  attemptTimeout: {
    doc: 'How long one request may take; for streams, until the answer begins. Long, because reasoning models think long.',
    format: positiveDuration,
    default: '120s',
    env: 'OPENAI_ATTEMPT_TIMEOUT',
  },
  firstChunk: {
    doc: 'How long a streamed answer may take until its first chunk.',
    format: positiveDuration,
    default: '120s',
    env: 'OPENAI_FIRST_CHUNK',
  },
  betweenChunks: {
    doc: 'How long a streamed answer may take between two chunks.',
    format: positiveDuration,
    default: '60s',
    env: 'OPENAI_BETWEEN_CHUNKS',
  },
  requestsPerMinute: {
    doc: 'Requests that the services send in a minute at most. Default: none (no limit of our own).',
    format: count(1),
    default: null,
    env: 'OPENAI_REQUESTS_PER_MINUTE',
  },
  tokensPerMinute: {
    doc: 'Tokens that the services send in a minute at most. Default: none (no limit of our own).',
    format: count(1),
    default: null,
    env: 'OPENAI_TOKENS_PER_MINUTE',
  },
} satisfies Record<string, Field<unknown>>;
