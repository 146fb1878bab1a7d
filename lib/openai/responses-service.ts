import type OpenAI from 'openai';
import { MalformedResponseError } from '../core/errors.js';
import { CircuitProtected } from '../decorators/circuit-protected.js';
import { RespectRateLimit } from '../decorators/respect-rate-limit.js';
import { RetryOnTransient } from '../decorators/retry-on-transient.js';
import { AttemptLimited, attemptOptions } from './attempt-limited.js';
import type { CallOptions } from './call-options.js';
import { OPENAI } from './circuit.js';
import { createClient, noticeRetriesOf } from './client.js';
import { inEffect } from './in-effect.js';
import { RequestsLimited, TokensLimited } from './rate-limits.js';
import { eventFacts, refuseBroken, responseOf } from './responses.js';
import { tokensOfRequest } from './tokens.js';

/** What a {@link ResponsesService} may be given. What is left out comes from the settings `openai.*`. */
export interface ResponsesServiceOptions {
  /** @default createClient() */
  readonly client?: OpenAI;
  /** The model of requests that name none. @default the setting `openai.chatModel` */
  readonly model?: string;
}

/** A request of the Responses API, as the SDK takes it. `stream` is decided by the method that is called. */
export type ResponsesRequest = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'stream'>;

type Event = OpenAI.Responses.ResponseStreamEvent;

/**
 * Makes responses (`/v1/responses`). Transient failures are retried, rate limits are waited for, and a failing API is
 * left alone. There is no fallback.
 */
export class ResponsesService {
  readonly #client: () => OpenAI;
  readonly #model: () => string;

  /** @throws {ConfigurationError} when the settings are wrong, or there is neither a client nor an API key */
  constructor({ client, model }: ResponsesServiceOptions = {}) {
    const given = client && noticeRetriesOf(this, client);
    this.#client = given ? () => given : inEffect(createClient);
    this.#model = model === undefined ? inEffect(({ openai }) => openai.chatModel) : () => model;
  }

  /**
   * The whole response. One with the status `failed` is a failure like any other; one that is `incomplete` is returned.
   * @throws {CircuitOpenError} while the API is left alone
   * @throws {MalformedResponseError} for an answer that is not a response
   */
  @CircuitProtected(OPENAI)
  @RetryOnTransient()
  @RespectRateLimit()
  @AttemptLimited()
  async create(request: ResponsesRequest, options?: CallOptions): Promise<OpenAI.Responses.Response> {
    return responseOf(await this.send({ model: this.#model(), ...request }, attemptOptions(options)));
  }

  /** One request. What it waits for its turn is a part of the attempt. */
  @RequestsLimited()
  @TokensLimited(tokensOfRequest)
  private async send(request: ResponsesRequest, options: CallOptions): Promise<OpenAI.Responses.Response> {
    return this.#client()
      .responses.create({ ...request, stream: false }, options)
      .catch(refuseBroken);
  }

  /** The same for a streamed response. */
  @RequestsLimited()
  @TokensLimited(tokensOfRequest)
  private async open(request: ResponsesRequest, options: CallOptions): Promise<AsyncIterable<Event>> {
    return this.#client().responses.create({ ...request, stream: true }, options);
  }

  /**
   * The events of a response, as they come. Those that only say that it was created are yielded together with the first
   * one that follows them, so that a failure until then is retried; after it never.
   * @throws {CircuitOpenError} while the API is left alone
   * @throws {MalformedResponseError} for a stream that ends before the response does
   */
  @CircuitProtected(OPENAI)
  @RetryOnTransient()
  @RespectRateLimit()
  @AttemptLimited('stream')
  async *stream(request: ResponsesRequest, options?: CallOptions): AsyncGenerator<Event, void> {
    const events = await this.open({ model: this.#model(), ...request }, attemptOptions(options));
    const held: Event[] = [];
    let isWhole = false;
    for await (const event of events) {
      const { isBeforeContent, isLast } = eventFacts(event);
      held.push(event);
      isWhole ||= isLast;
      if (!isBeforeContent) yield* held.splice(0);
    }
    // The SDK ends the loop without an error when it is aborted, and when the connection ends in good order too soon.
    options?.signal?.throwIfAborted();
    if (!isWhole) throw new MalformedResponseError('The stream ended before the response did.');
  }
}
