import { currentSignal } from '../index.js';
import type { KeyOf } from './key.js';
import type { Exchange } from './protection.js';
import { hasIdempotencyKey, isSentOnce, onceMark } from './repeatable.js';
import { both } from './signals.js';

export type Input = Parameters<typeof fetch>[0];
export type Init = Parameters<typeof fetch>[1];

/** One call of `fetch`. Keeps the latest answer until it is known whether it is final. */
export class FetchExchange implements Exchange {
  readonly input: Input;
  readonly init: Init;
  readonly key: string;
  readonly method: string;
  readonly once: unknown;
  readonly signal: AbortSignal | undefined;
  mayRepeat = false;
  /** The answer of the latest attempt. */
  #latest: Response | undefined;
  #isSent = false;

  constructor(input: Input, init: Init, keyOf: KeyOf) {
    const request = isRequest(input) ? input : undefined;
    this.input = input;
    // A copy, because the caller may change the object later.
    this.init = init && { ...init };
    this.method = init?.method ?? request?.method ?? 'GET';
    this.once = onceMark(isSentOnce(init?.body) || (init as { duplex?: unknown } | undefined)?.duplex === 'half');
    // null means: no signal.
    const own = init?.signal === undefined ? request?.signal : (init.signal ?? undefined);
    this.signal = both(own, currentSignal());
    this.key = keyOf(request?.url ?? (input as string | URL), () => this.#withoutBody(request));
  }

  get hasIdempotencyKey(): boolean {
    return hasIdempotencyKey(this.init?.headers ?? (this.input as Partial<Request>).headers);
  }

  /** Sends the next attempt. Discards the answer of the previous attempt. */
  send(fetch: (input: Input, init?: Init) => Promise<Response>, signal: AbortSignal | undefined): Promise<Response> {
    this.release();
    const { input, init } = this;
    const request = isRequest(input) ? input : undefined;
    // If the body has already been used, `fetch` rejects with its own error.
    const sent = request && this.mayRepeat && !this.once && !request.bodyUsed ? request.clone() : input;
    this.#isSent = true;
    const own = init?.signal ?? request?.signal;
    return fetch(sent, signal === own ? init : { ...init, signal: signal ?? null });
  }

  /** Keeps an answer until it is known whether it is final. */
  keep(response: Response): void {
    this.#latest = response;
  }

  isLatest(response: Response): boolean {
    return response === this.#latest;
  }

  /** Discards the latest answer unless it is handed out, so that its socket is free. */
  release(handedOut?: Response): void {
    const response = this.#latest;
    if (response === handedOut) return;
    this.#latest = undefined;
    discard(response);
  }

  /** Marks the body of a cloned request as used, as `fetch` does. */
  finish(): void {
    if (this.#isSent && isRequest(this.input) && !this.input.bodyUsed) discard(this.input);
  }

  #withoutBody(request: Request | undefined): Request {
    const { method } = this;
    const headers = this.init?.headers ?? request?.headers;
    return new Request(request?.url ?? (this.input as string | URL), { method, ...(headers && { headers }) });
  }
}

/** True also for a `Request` of another implementation, which a custom `fetch` may accept. */
function isRequest(input: Input): input is Request {
  return typeof input === 'object' && 'clone' in input && 'bodyUsed' in input;
}

/** Cancels a body that nobody reads. */
export function discard(from: Request | Response | undefined): void {
  // If the body has a reader already, that reader ends it.
  if (from?.body && !from.body.locked) from.body.cancel().catch(() => undefined);
}
