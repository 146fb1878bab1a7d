import type OpenAI from 'openai';
import { MalformedResponseError } from '../core/errors.js';
import { CircuitProtected } from '../decorators/circuit-protected.js';
import { RespectRateLimit } from '../decorators/respect-rate-limit.js';
import { RetryOnTransient } from '../decorators/retry-on-transient.js';
import { answerOf, chunkOf } from './answers.js';
import { AttemptLimited, attemptOptions } from './attempt-limited.js';
import type { CallOptions } from './call-options.js';
import { OPENAI } from './circuit.js';
import { createClient, noticeRetriesOf } from './client.js';
import { getFallbackResponse } from './fallback.js';
import { inEffect } from './in-effect.js';
import { checkedOptions } from './options.js';
import { RequestsLimited, TokensLimited } from './rate-limits.js';
import { tokensOfChat } from './tokens.js';

/** Options of {@link GenerationService}. If unset, an option comes from the settings `openai.*`. */
export interface GenerationServiceOptions {
  /** @default createClient() */
  readonly client?: OpenAI;
  readonly model?: string;
}

type Messages = OpenAI.Chat.ChatCompletionMessageParam[];

/**
 * Answers questions from passages. Retries transient failures, waits for rate limits, and stops calls to a failing API;
 * then the fallback answers.
 */
export class GenerationService {
  readonly #client: () => OpenAI;
  readonly #model: () => string;
  readonly #countsTokens: () => boolean;

  /** @throws {ConfigurationError} if options or settings are wrong, or there is neither a client nor an API key */
  constructor(options: GenerationServiceOptions = {}) {
    const { client, model } = checkedOptions('GenerationService', options);
    const given = client && noticeRetriesOf(this, client);
    this.#client = given ? () => given : inEffect(createClient);
    this.#countsTokens = inEffect(({ openai }) => openai.tokensPerMinute !== null);
    this.#model = model === undefined ? inEffect(({ openai }) => openai.chatModel) : () => model;
  }

  /**
   * The answer to a question, from the passages in `context`.
   * @throws {MalformedResponseError} if the API returns something that is not an answer
   */
  @CircuitProtected({ circuit: OPENAI, fallback: getFallbackResponse })
  @RetryOnTransient()
  @RespectRateLimit()
  @AttemptLimited()
  async generateAnswer(query: string, context: readonly string[], options?: CallOptions): Promise<string> {
    return answerOf(await this.complete(messagesFor(query, context), attemptOptions(options)));
  }

  /** One request. Its wait for the rate limits is part of the attempt. */
  @RequestsLimited()
  @TokensLimited(tokensOfChat)
  private async complete(messages: Messages, options: CallOptions): Promise<unknown> {
    return this.#client().chat.completions.create({ model: this.#model(), messages }, options);
  }

  /** One request for a streamed answer. */
  @RequestsLimited()
  @TokensLimited(tokensOfChat)
  private async open(messages: Messages, options: CallOptions): Promise<AsyncIterable<unknown>> {
    // Set only if tokens are limited: not every compatible server supports it.
    const counted = this.#countsTokens() ? { stream_options: { include_usage: true } } : {};
    const body = { model: this.#model(), messages, stream: true, ...counted } as const;
    return this.#client().chat.completions.create(body, options);
  }

  /**
   * The answer in pieces, as they arrive. A failure is retried before the first piece, but not after it.
   * @throws {MalformedResponseError} for a stream that ends before the answer does
   */
  @CircuitProtected({ circuit: OPENAI, fallback: getFallbackResponse })
  @RetryOnTransient()
  @RespectRateLimit()
  @AttemptLimited('stream')
  async *streamAnswer(query: string, context: readonly string[], options?: CallOptions): AsyncGenerator<string> {
    const stream = await this.open(messagesFor(query, context), attemptOptions(options));
    let isWhole = false;
    for await (const event of stream) {
      const { text, isLast } = chunkOf(event);
      if (text !== '') yield text;
      isWhole ||= isLast;
    }
    // The SDK ends the loop without an error after an abort, and if the server closes the connection normally but too
    // early.
    options?.signal?.throwIfAborted();
    if (!isWhole) throw new MalformedResponseError('The stream ended before the answer did.');
  }
}

function messagesFor(query: string, context: readonly string[]): Messages {
  const passages = context.map((passage, i) => `[${i + 1}] ${passage}`).join('\n\n');
  const system = `Answer the question from the passages below. Say so when they do not hold the answer.\n\n${passages}`;
  return [
    { role: 'system', content: system },
    { role: 'user', content: query },
  ];
}
