import { read } from './reading.js';
import { type HttpErrorOptions, type HttpStatus, toHttp } from './to-http.js';

/** The part of Hono's context that the handler uses. */
export interface HonoContext {
  json(body: { error: string; retryAfter?: number }, status: HttpStatus, headers: Record<string, string>): Response;
}

/** An error handler of Hono 4. */
export type HonoErrorHandler = (error: Error, context: HonoContext) => Response;

/**
 * An error handler for Hono that answers with {@link toHttp}. An `HTTPException` answers for itself, as it does with
 * Hono's own handler. Everything else is rethrown, so that the parent app's handler answers, or the server with a
 * plain 500: `app.onError(honoErrors())`.
 */
export function honoErrors(options?: HttpErrorOptions): HonoErrorHandler {
  return (error, context) => {
    const answer = toHttp(error, options);
    if (answer) return context.json(answer.body, answer.status, answer.headers);
    // If the app's own handler rethrows it, its response is lost.
    const ownResponse = read(error, 'getResponse');
    if (typeof ownResponse === 'function') return ownResponse.call(error) as Response;
    throw error;
  };
}
