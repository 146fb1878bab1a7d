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

/**
 * The boolean result of a user's predicate about a failure. What the predicate throws gets the upstream's error as its
 * `cause`, so that neither is lost.
 */
export function answerAbout(error: unknown, ask: () => unknown, method: string, where: string): boolean {
  try {
    return answerOf(ask(), method, where, { cause: error });
  } catch (thrown) {
    throw causedBy(thrown, error);
  }
}

/** An error that a user's function threw while another one was handled, with that one as its `cause`. */
export function causedBy(thrown: unknown, cause: unknown): unknown {
  // An error that has a cause or is frozen, and anything that is not an error, is thrown unchanged.
  if (thrown instanceof Error && !('cause' in thrown) && !isBehind(cause, thrown) && Object.isExtensible(thrown)) {
    Object.defineProperty(thrown, 'cause', { value: cause, configurable: true, writable: true });
  }
  return thrown;
}

/** True if `thrown` is the error itself, or one of its causes: then a cause would make a circle. */
function isBehind(error: unknown, thrown: Error): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++)
    if (at === thrown) return true;
  return false;
}
