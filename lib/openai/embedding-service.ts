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
import { RequestsLimited, TokensLimited } from './rate-limits.js';
import { tokensOf } from './tokens.js';
import { vectorsOf } from './vectors.js';

/** What an {@link EmbeddingService} may be given. What is left out comes from the settings `openai.*`. */
export interface EmbeddingServiceOptions {
  /** @default createClient() */
  readonly client?: OpenAI;
  readonly model?: string;
  /** The length of every vector; anything else that comes is an error. */
  readonly dimensions?: number;
}

/** The models that do not take a wish for `dimensions`. */
const FIXED_DIMENSIONS: ReadonlySet<string> = new Set(['text-embedding-ada-002']);

/** Embeds texts. Transient failures are retried, rate limits are waited for, and a failing API is left alone. */
export class EmbeddingService {
  readonly #client: () => OpenAI;
  // Kept, whatever the settings become: vectors of two models cannot be compared.
  readonly #model: string;
  readonly #dimensions: number;

  /** @throws {ConfigurationError} when the settings are wrong, or there is neither a client nor an API key */
  constructor(options: EmbeddingServiceOptions = {}) {
    const openai = settingsOf('openai');
    const given = options.client && noticeRetriesOf(this, options.client);
    this.#client = given ? () => given : inEffect(createClient);
    this.#model = options.model ?? openai.embeddingModel;
    this.#dimensions = options.dimensions ?? openai.embeddingDimensions;
  }

  /**
   * The vector of a text.
   * @throws {CircuitOpenError} while the API is left alone
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
   * The vectors of texts, in their order. Any number of texts: each batch that the API takes is a call of its own, so
   * that what has been embedded is not embedded again when a later batch is retried.
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

  /** One request. What it waits for its turn is a part of the attempt. */
  @RequestsLimited()
  @TokensLimited(tokensOf)
  private async send(input: string[], options: CallOptions): Promise<unknown> {
    const dimensions = FIXED_DIMENSIONS.has(this.#model) ? {} : { dimensions: this.#dimensions };
    // Said, although it is what the SDK asks for by itself: then it leaves the decoding to us, and an answer that cannot
    // be decoded is known for what it is.
    const request = { model: this.#model, input, encoding_format: 'base64', ...dimensions } as const;
    return this.#client().embeddings.create(request, options);
  }
}
