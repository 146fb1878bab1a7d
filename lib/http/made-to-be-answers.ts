import { read } from './reading.js';

/**
 * True if a library or the application made this error as the answer for its own client: errors of `http-errors` and
 * all others with a boolean `expose`, Nest's `HttpException`, Hono's `HTTPException`, Fastify's own errors, and Boom's.
 */
export function isMadeToBeAnswer(error: unknown): boolean {
  return (
    typeof read(error, 'expose') === 'boolean' ||
    // Nest and Hono.
    typeof read(error, 'getResponse') === 'function' ||
    read(error, 'name') === 'FastifyError' ||
    Array.isArray(read(error, 'validation')) ||
    read(error, 'isBoom') === true
  );
}
