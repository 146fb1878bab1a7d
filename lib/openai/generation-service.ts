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
import { RequestsLimited, TokensLimited } from './rate-limits.js';
import { tokensOfChat } from './tokens.js';

/** What a {@link GenerationService} may be given. What is left out comes from the settings `openai.*`. */
export interface GenerationServiceOptions {
  /** @default createClient() */
  readonly client?: OpenAI;
  readonly model?: string;
}

type Messages = OpenAI.Chat.ChatCompletionMessageParam[];

/** Answers questions from passages. Transient failures are retried, rate limits are waited for; a failing API is left alone and the fallback answers. */
export class GenerationService {
  readonly #client: () => OpenAI;
  readonly #model: () => string;
  readonly #countsTokens: () => boolean;

  /** @throws {ConfigurationError} when the settings are wrong, or there is neither a client nor an API key */
  constructor({ client, model }: GenerationServiceOptions = {}) {
    const given = client && noticeRetriesOf(this, client);
    this.#client = given ? () => given : inEffect(createClient);
    this.#countsTokens = inEffect(({ openai }) => openai.tokensPerMinute !== null);
    this.#model = model === undefined ? inEffect(({ openai }) => openai.chatModel) : () => model;
  }

  /**
   * The answer to a question, from the passages it is given as context.
   * @throws {MalformedResponseError} for an answer that is none
   */
  @CircuitProtected({ circuit: OPENAI, fallback: getFallbackResponse })
  @RetryOnTransient()
  @RespectRateLimit()
  @AttemptLimited()
  async generateAnswer(query: string, context: readonly string[], options?: CallOptions): Promise<string> {
    return answerOf(await this.complete(messagesFor(query, context), attemptOptions(options)));
  }

  /** One request. What it waits for its turn is a part of the attempt. */
  @RequestsLimited()
  @TokensLimited(tokensOfChat)
  private async complete(messages: Messages, options: CallOptions): Promise<unknown> {
    return this.#client().chat.completions.create({ model: this.#model(), messages }, options);
  }

  /** The same for a streamed answer. */
  @RequestsLimited()
  @TokensLimited(tokensOfChat)
  private async open(messages: Messages, options: CallOptions): Promise<AsyncIterable<unknown>> {
    // Asked for only where it is needed: not every compatible server knows it.
    const counted = this.#countsTokens() ? { stream_options: { include_usage: true } } : {};
    const body = { model: this.#model(), messages, stream: true, ...counted } as const;
    return this.#client().chat.completions.create(body, options);
  }

  /**
   * The same answer in pieces, as they come. Before the first piece a failure is retried, after it never.
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
    // The SDK ends the loop without an error when it is aborted, and when the connection ends in good order too soon.
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
