import { count, type Field, httpUrl, name, positiveDuration, secret } from '../../core/field.js';

export const openaiFields = {
  /** The API key. Default: none. */
  apiKey: {
    doc: 'The API key. Default: none.',
    format: secret,
    default: null,
    env: 'OPENAI_API_KEY',
    sensitive: true,
  },
  /** The address of the API. Default: the SDK's own. */
  baseUrl: {
    doc: "The address of the API. Default: the SDK's own.",
    format: httpUrl,
    default: null,
    env: 'OPENAI_BASE_URL',
  },
  /** The model that answers. @default 'gpt-5-mini' */
  chatModel: {
    doc: 'The model that answers.',
    format: name,
    default: 'gpt-5-mini',
    env: 'OPENAI_CHAT_MODEL',
  },
  /** The model that embeds. @default 'text-embedding-3-small' */
  embeddingModel: {
    doc: 'The model that embeds.',
    format: name,
    default: 'text-embedding-3-small',
    env: 'OPENAI_EMBEDDING_MODEL',
  },
  /** The length of an embedding. @default 1536 */
  embeddingDimensions: {
    doc: 'The length of an embedding.',
    format: count(1),
    default: 1536,
    env: 'OPENAI_EMBEDDING_DIMENSIONS',
  },
  /**
   * How long one request may take; for streams, until the answer begins. Long, because reasoning models are slow.
   * @default '120s'
   */
  attemptTimeout: {
    doc: 'How long one request may take; for streams, until the answer begins. Long, because reasoning models are slow.',
    format: positiveDuration,
    default: '120s',
    env: 'OPENAI_ATTEMPT_TIMEOUT',
  },
  /** How long a streamed answer may take until its first chunk. @default '120s' */
  firstChunk: {
    doc: 'How long a streamed answer may take until its first chunk.',
    format: positiveDuration,
    default: '120s',
    env: 'OPENAI_FIRST_CHUNK',
  },
  /** How long a streamed answer may take between two chunks. @default '60s' */
  betweenChunks: {
    doc: 'How long a streamed answer may take between two chunks.',
    format: positiveDuration,
    default: '60s',
    env: 'OPENAI_BETWEEN_CHUNKS',
  },
  /** The most requests that the services send in a minute. Default: none (this limit is off). */
  requestsPerMinute: {
    doc: 'The most requests that the services send in a minute. Default: none (this limit is off).',
    format: count(1),
    default: null,
    env: 'OPENAI_REQUESTS_PER_MINUTE',
  },
  /** The most tokens that the services use in a minute. Default: none (this limit is off). */
  tokensPerMinute: {
    doc: 'The most tokens that the services use in a minute. Default: none (this limit is off).',
    format: count(1),
    default: null,
    env: 'OPENAI_TOKENS_PER_MINUTE',
  },
} satisfies Record<string, Field<unknown>>;
