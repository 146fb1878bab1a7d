import type * as holdfast from '#lib/index.js';

/** What the upstream answered with instead of an answer. Carries what `classify` reads, and nothing of the body. */
class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly headers: Headers;

  constructor({ status, headers }: Response) {
    super(`status ${status}`);
    this.status = status;
    this.headers = headers;
  }
}

/** Whatever `fetch` takes as a body, a Node stream too. */
export type UploadBody = NonNullable<RequestInit['body']> | NodeJS.ReadableStream;

/** What the caller gives: its signal, and how long the method waits before it aborts the request by itself. */
export interface Options {
  readonly signal?: AbortSignal;
  readonly limitMs?: number;
}

/** The methods of `writtenService`, for whoever calls them. */
export interface WrittenService {
  askInTime(body: string, options: Options): Promise<string>;
  askWithTimeout(body: string, options: Options): Promise<string>;
  upload(body: UploadBody, options: Options): Promise<string>;
  uploadWithin(request: { readonly body: UploadBody; readonly signal?: AbortSignal }): Promise<string>;
  respond(body: string, options: Options): Promise<Response>;
}

/**
 * A service as many are written by hand: over `fetch`, with a timer and an AbortController of its own, uploads, and
 * results that are a `Response`. Its stack is that of the services of `holdfast/openai`.
 */
export function writtenService(library: typeof holdfast): new (baseUrl: string) => WrittenService {
  const { CircuitProtected, RespectRateLimit, RetryOnTransient } = library;
  const isDown = ({ status }: Response): boolean => status >= 500;

  class Written implements WrittenService {
    readonly url: string;

    constructor(baseUrl: string) {
      this.url = `${baseUrl}/chat/completions`;
    }

    /** The classic timeout by hand. */
    @CircuitProtected('openai')
    @RetryOnTransient()
    @RespectRateLimit()
    async askInTime(body: string, { signal, limitMs }: Options): Promise<string> {
      const controller = new AbortController();
      const abort = (): void => controller.abort();
      const timer = setTimeout(abort, limitMs);
      signal?.addEventListener('abort', abort);
      try {
        return await textOf(await post(this.url, body, controller.signal));
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      }
    }

    /** The same with the signal that the platform has for it. */
    @CircuitProtected('openai')
    @RetryOnTransient()
    @RespectRateLimit()
    async askWithTimeout(body: string, { limitMs = 0 }: Options): Promise<string> {
      return textOf(await post(this.url, body, AbortSignal.timeout(limitMs)));
    }

    @CircuitProtected('openai')
    @RetryOnTransient()
    @RespectRateLimit()
    async upload(body: UploadBody, { signal }: Options): Promise<string> {
      return textOf(await post(this.url, body, signal));
    }

    /** The body is one level deep in the argument. */
    @CircuitProtected('openai')
    @RetryOnTransient()
    @RespectRateLimit()
    async uploadWithin({
      body,
      signal,
    }: {
      readonly body: UploadBody;
      readonly signal?: AbortSignal;
    }): Promise<string> {
      return textOf(await post(this.url, body, signal));
    }

    /** The caller looks at the status by itself. */
    @CircuitProtected({ circuit: 'openai', failureOnResult: isDown })
    @RetryOnTransient({ retryOnResult: isDown })
    async respond(body: string, { signal }: Options): Promise<Response> {
      return post(this.url, body, signal);
    }
  }

  return Written;
}

const HEADERS = { authorization: 'Bearer none', 'content-type': 'application/json' };

function post(url: string, body: UploadBody, signal?: AbortSignal): Promise<Response> {
  // The types of `fetch` know neither Node streams nor `duplex`, which every stream needs.
  // `fetch` leaves its listener on the signal that it is given.
  const own = signal && { signal: AbortSignal.any([signal]) };
  const init = { method: 'POST', headers: HEADERS, body, duplex: 'half', ...own };
  return fetch(url, init as RequestInit);
}

async function textOf(response: Response): Promise<string> {
  if (response.ok) return answerIn(await response.json());
  await response.body?.cancel();
  throw new HttpError(response);
}

function answerIn(completion: unknown): string {
  const { choices } = completion as {
    readonly choices?: readonly { readonly message: { readonly content: string } }[];
  };
  return choices?.[0]?.message.content ?? '';
}
