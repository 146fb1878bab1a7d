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
import { checkedOptions } from './options.js';
import { RequestsLimited, TokensLimited } from './rate-limits.js';
import { eventFacts, refuseBroken, responseOf } from './responses.js';
import { tokensOfRequest } from './tokens.js';

/** Options of {@link ResponsesService}. If unset, an option comes from the settings `openai.*`. */
export interface ResponsesServiceOptions {
  /** @default createClient() */
  readonly client?: OpenAI;
  /** The model of requests without a model. @default the setting `openai.chatModel` */
  readonly model?: string;
}

/** A request of the Responses API, in the SDK's form. The method that is called sets `stream`. */
export type ResponsesRequest = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'stream'>;

type Event = OpenAI.Responses.ResponseStreamEvent;

/**
 * Makes responses (`/v1/responses`). Retries transient failures, waits for rate limits, and stops calls to a failing
 * API. There is no fallback.
 */
export class ResponsesService {
  readonly #client: () => OpenAI;
  readonly #model: () => string;

  /** @throws {ConfigurationError} if options or settings are wrong, or there is neither a client nor an API key */
  constructor(options: ResponsesServiceOptions = {}) {
    const { client, model } = checkedOptions('ResponsesService', options);
    const given = client && noticeRetriesOf(this, client);
    this.#client = given ? () => given : inEffect(createClient);
    this.#model = model === undefined ? inEffect(({ openai }) => openai.chatModel) : () => model;
  }

  /**
   * The whole response. The status `failed` counts as a failure; a response with the status `incomplete` is returned.
   * @throws {CircuitOpenError} while the circuit rejects calls
   * @throws {MalformedResponseError} for an answer that is not a response
   */
  @CircuitProtected(OPENAI)
  @RetryOnTransient()
  @RespectRateLimit()
  @AttemptLimited()
  async create(request: ResponsesRequest, options?: CallOptions): Promise<OpenAI.Responses.Response> {
    return responseOf(await this.send({ model: this.#model(), ...request }, attemptOptions(options)));
  }

  /** One request. Its wait for the rate limits is part of the attempt. */
  @RequestsLimited()
  @TokensLimited(tokensOfRequest)
  private async send(request: ResponsesRequest, options: CallOptions): Promise<OpenAI.Responses.Response> {
    return this.#client()
      .responses.create({ ...request, stream: false }, options)
      .catch(refuseBroken);
  }

  /** One request for a streamed response. */
  @RequestsLimited()
  @TokensLimited(tokensOfRequest)
  private async open(request: ResponsesRequest, options: CallOptions): Promise<AsyncIterable<Event>> {
    return this.#client().responses.create({ ...request, stream: true }, options);
  }

  /**
   * The events of a response, as they arrive. Events before the first content are held back and yielded together with
   * the first event after them. A failure is retried before the first event is yielded, but not after it.
   * @throws {CircuitOpenError} while the circuit rejects calls
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
    // The SDK ends the loop without an error after an abort, and if the server closes the connection normally but too
    // early.
    options?.signal?.throwIfAborted();
    if (!isWhole) throw new MalformedResponseError('The stream ended before the response did.');
  }
}
