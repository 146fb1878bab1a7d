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
    if (!answer) throw error;
    reply.code(answer.status);
    reply.headers(answer.headers);
    reply.send(answer.body);
  };
}
