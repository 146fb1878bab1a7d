/**
 * An answer with an error status, as the policies see it: `fetch` itself does not throw for one. Callers get it with
 * `throwOnStatus: true` only.
 */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError';
  readonly status: number;
  /** The answer, with its body unread. */
  declare readonly response: Response;
  declare readonly headers: Headers;

  constructor(response: Response, options?: ErrorOptions) {
    super(`The upstream answered with the status ${response.status}.`, options);
    this.status = response.status;
    // Not enumerable: a log of the error must not hold what the upstream said.
    Object.defineProperty(this, 'response', { value: response });
    Object.defineProperty(this, 'headers', { value: response.headers });
  }
}
