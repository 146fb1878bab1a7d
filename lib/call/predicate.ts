import { ConfigurationError } from '../core/errors.js';
import { swallow } from './open-stream.js';

/**
 * What a predicate of the user's answered. A promise is no answer: it is truthy whatever it resolves to.
 * @param where the decorator and its option, such as `@RetryOnTransient() retryOn`
 * @param about `cause` is the upstream's error, where there is one
 * @throws {ConfigurationError} for a promise, whose outcome is ignored
 */
export function answerOf(answer: unknown, method: string, where: string, about?: ErrorOptions): boolean {
  if (typeof answer !== 'object' || answer === null) return Boolean(answer);
  if (typeof (answer as Partial<PromiseLike<unknown>>).then !== 'function') return true;
  swallow(Promise.resolve(answer as PromiseLike<unknown>));
  throw new ConfigurationError(
    [`${method}: ${where}: expected true or false, got a promise. Write it without async`],
    about,
  );
}
