import type OpenAI from 'openai';
import { CircuitProtected } from '../decorators/circuit-protected.js';
import { RespectRateLimit } from '../decorators/respect-rate-limit.js';
import { RetryOnTransient } from '../decorators/retry-on-transient.js';
import { settingsOf } from '../runtime/runtime.js';
import { AttemptLimited, attemptOptions } from './attempt-limited.js';
import { batchesOf } from './batches.js';
import type { CallOptions } from './call-options.js';
import { OPENAI } from './circuit.js';
import { createClient, noticeRetriesOf } from './client.js';
import { inEffect } from './in-effect.js';
import { checkedOptions } from './options.js';
import { RequestsLimited, TokensLimited } from './rate-limits.js';
import { tokensOf } from './tokens.js';
import { vectorsOf } from './vectors.js';

/** Options of {@link EmbeddingService}. If unset, an option comes from the settings `openai.*`. */
export interface EmbeddingServiceOptions {
  /** @default createClient() */
  readonly client?: OpenAI;
  readonly model?: string;
  /** The length of every vector. A vector of another length is an error. */
  readonly dimensions?: number;
}

/** The models that do not accept `dimensions`. */
const FIXED_DIMENSIONS: ReadonlySet<string> = new Set(['text-embedding-ada-002']);

/** Embeds texts. Retries transient failures, waits for rate limits, and stops calls to a failing API. */
export class EmbeddingService {
  readonly #client: () => OpenAI;
  // A change of settings does not change the model: vectors of two models cannot be compared.
  readonly #model: string;
  readonly #dimensions: number;

  /** @throws {ConfigurationError} if options or settings are wrong, or there is neither a client nor an API key */
  constructor(options: EmbeddingServiceOptions = {}) {
    const { client, model, dimensions } = checkedOptions('EmbeddingService', options);
    const openai = settingsOf('openai');
    const given = client && noticeRetriesOf(this, client);
    this.#client = given ? () => given : inEffect(createClient);
    this.#model = model ?? openai.embeddingModel;
    this.#dimensions = dimensions ?? openai.embeddingDimensions;
  }

  /**
   * The vector of a text.
   * @throws {CircuitOpenError} while the circuit rejects calls
   * @throws {MalformedResponseError} for a vector of the wrong length, or with a value that is not finite
   */
  @CircuitProtected(OPENAI)
  @RetryOnTransient()
  @RespectRateLimit()
  @AttemptLimited()
  async embedText(text: string, options?: CallOptions): Promise<number[]> {
    const [vector] = await this.#request([text], options);
    return vector as number[];
  }

  /**
   * The vectors of any number of texts, in their order. The texts are sent in batches that the API accepts. Each batch
   * is a separate call, so that a retry of a later batch does not repeat the earlier ones.
   * @throws what {@link EmbeddingService.embedText} throws
   */
  async embedTexts(texts: readonly string[], options?: CallOptions): Promise<number[][]> {
    const vectors: number[][] = [];
    for (const batch of batchesOf(texts)) vectors.push(...(await this.embedBatch(batch, options)));
    return vectors;
  }

  @CircuitProtected(OPENAI)
  @RetryOnTransient()
  @RespectRateLimit()
  @AttemptLimited()
  private async embedBatch(batch: string[], options?: CallOptions): Promise<number[][]> {
    return this.#request(batch, options);
  }

  async #request(input: string[], options: CallOptions | undefined): Promise<number[][]> {
    return vectorsOf(await this.send(input, attemptOptions(options)), input.length, this.#dimensions);
  }

  /** One request. Its wait for the rate limits is part of the attempt. */
  @RequestsLimited()
  @TokensLimited(tokensOf)
  private async send(input: string[], options: CallOptions): Promise<unknown> {
    const dimensions = FIXED_DIMENSIONS.has(this.#model) ? {} : { dimensions: this.#dimensions };
    // base64 is the SDK's default. If it is set explicitly, the SDK does not decode the vectors, so that `vectorsOf`
    // can report an answer that cannot be decoded.
    const request = { model: this.#model, input, encoding_format: 'base64', ...dimensions } as const;
    return this.#client().embeddings.create(request, options);
  }
}
