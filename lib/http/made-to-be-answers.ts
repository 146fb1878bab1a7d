import { read } from './reading.js';

/**
 * Whether a library or the application made this error to be the answer to its own client: an error of `http-errors`
 * (and everything else with a boolean `expose`), Nest's `HttpException`, Hono's `HTTPException`, Fastify's own errors,
 * Boom's.
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
