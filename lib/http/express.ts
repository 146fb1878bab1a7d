import { type HttpErrorOptions, toHttp } from './to-http.js';

/** The part of Express's response that the handler uses. */
export interface ExpressResponse {
  readonly headersSent: boolean;
  status(code: number): unknown;
  set(headers: Record<string, string>): unknown;
  json(body: unknown): unknown;
}

/** An error handler of Express 4 and 5. */
export type ExpressErrorHandler = (
  error: unknown,
  request: unknown,
  response: ExpressResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * An error handler for Express that answers with {@link toHttp}. Errors that are not mapped go to the next error handler.
 * Register it after all routes, before error handlers of your own: `app.use(expressErrors())`.
 */
export function expressErrors(options?: HttpErrorOptions): ExpressErrorHandler {
  // Express recognises an error handler by its four parameters.
  return (error, _request, response, next) => {
    // An answer that has started cannot be replaced: Express then ends the connection.
    const answer = response.headersSent ? undefined : toHttp(error, options);
    if (!answer) {
      next(error);
      return;
    }
    response.status(answer.status);
    response.set(answer.headers);
    response.json(answer.body);
  };
}
