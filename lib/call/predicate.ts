import { ConfigurationError } from '../core/errors.js';
import { isStrayPromise } from '../core/stray-promise.js';

/**
 * The boolean result of a user's predicate. A promise is invalid: it is always truthy.
 * @param where the decorator and its option, such as `@RetryOnTransient() retryOn`
 * @param about `cause` is the upstream's error, if there is one
 * @throws {ConfigurationError} for a promise, whose outcome is ignored
 */
export function answerOf(answer: unknown, method: string, where: string, about?: ErrorOptions): boolean {
  if (typeof answer !== 'object' || answer === null) return Boolean(answer);
  if (!isStrayPromise(answer)) return true;
  throw new ConfigurationError(
    [`${method}: ${where}: expected true or false, got a promise. Write it without async`],
    about,
  );
}
