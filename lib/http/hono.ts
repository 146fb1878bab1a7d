import { read } from './reading.js';
import { type HttpErrorOptions, type HttpStatus, toHttp } from './to-http.js';

/** The part of Hono's context that the handler uses. */
export interface HonoContext {
  json(body: { error: string; retryAfter?: number }, status: HttpStatus, headers: Record<string, string>): Response;
}

/** An error handler of Hono 4. */
export type HonoErrorHandler = (error: Error, context: HonoContext) => Response;

/**
 * An error handler for Hono that answers with {@link toHttp}: `app.onError(honoErrors())`. For an `HTTPException` it
 * returns the exception's own response, as Hono's default handler does. It rethrows everything else. Then the error
 * handler of the parent app answers, or the server answers with a plain 500.
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
