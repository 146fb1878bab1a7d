// The public list of `holdfast/http`.
export { type ExpressErrorHandler, type ExpressResponse, expressErrors } from './express.js';
export { type FastifyErrorHandler, type FastifyReplyLike, fastifyErrors } from './fastify.js';
export { type HonoContext, type HonoErrorHandler, honoErrors } from './hono.js';
export { type HttpAnswer, type HttpErrorOptions, type HttpStatus, toHttp } from './to-http.js';
