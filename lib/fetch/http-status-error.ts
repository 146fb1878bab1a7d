/**
 * Represents an answer with an error status, for the policies: `fetch` itself does not throw it. Callers get it only
 * with `throwOnStatus: true`.
 */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError';
  readonly status: number;
  /** The answer. Its body is unread. */
  declare readonly response: Response;
  declare readonly headers: Headers;

  constructor(response: Response, options?: ErrorOptions) {
    super(`The upstream answered with the status ${response.status}.`, options);
    this.status = response.status;
    // Not enumerable, so that logs of the error do not contain the answer of the upstream.
    Object.defineProperty(this, 'response', { value: response });
    Object.defineProperty(this, 'headers', { value: response.headers });
  }
}
