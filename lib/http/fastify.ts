import { read } from './reading.js';
import { type HttpErrorOptions, toHttp } from './to-http.js';

/** The part of Fastify's reply that the handler uses. */
export interface FastifyReplyLike {
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(body: unknown): unknown;
}

/** An error handler of Fastify 4 and 5. */
export type FastifyErrorHandler = (error: unknown, request: unknown, reply: FastifyReplyLike) => void;

/**
 * An error handler for Fastify that answers with {@link toHttp}. Errors that are not mapped are rethrown: the parent's
 * error handler answers, or Fastify's own: `app.setErrorHandler(fastifyErrors())`.
 */
export function fastifyErrors(options?: HttpErrorOptions): FastifyErrorHandler {
  return (error, _request, reply) => {
    const answer = toHttp(error, options);
    if (!answer) {
      // If a value that is not an error is rethrown, Fastify sends it with the status that the reply has: 200.
      if (!(error instanceof Error)) reply.code(statusIn(error));
      throw error;
    }
    reply.code(answer.status);
    reply.headers(answer.headers);
    reply.send(answer.body);
  };
}

const FIRST_ERROR_STATUS = 400;

/** The status that Fastify gives such a value without an error handler. */
function statusIn(thrown: unknown): number {
  const status = read(thrown, 'statusCode') ?? read(thrown, 'status');
  return typeof status === 'number' && status >= FIRST_ERROR_STATUS ? status : 500;
}
