// An unread `Response` body keeps its socket open.
import { isObject, read } from './reading.js';

/**
 * Cancels the body of a discarded `Response`: an unwanted result, or the response that an error or its cause holds.
 * Does nothing to a body that was read or is being read. Never throws, and handles every rejection.
 */
export function discard(outcome: unknown): void {
  if (!isObject(outcome) || !mayHoldResponse(outcome)) return;
  cancelBody(outcome);
  cancelBody(read(outcome, 'response'));
  const cause = read(outcome, 'cause');
  cancelBody(cause);
  cancelBody(read(cause, 'response'));
}

/**
 * Judges a result by a function of the user. If that throws, the caller gets its error, and nobody the result.
 * @throws what `judge` throws
 */
export function judged<T>(result: unknown, judge: (result: unknown) => T): T {
  try {
    return judge(result);
  } catch (thrown) {
    discard(result);
    throw thrown;
  }
}

/** Cheaper than to look for a body: most errors hold nothing. */
function mayHoldResponse(outcome: object): boolean {
  try {
    const { bodyUsed, response, cause } = outcome as Partial<Record<string, unknown>>;
    return bodyUsed !== undefined || response !== undefined || cause !== undefined;
  } catch {
    return true;
  }
}

function cancelBody(response: unknown): void {
  // Other objects, such as a request's options, may have a `body` too.
  if (!isObject(response) || read(response, 'bodyUsed') !== false || !isObject(read(response, 'headers'))) return;
  const body = read(response, 'body');
  if (!isObject(body) || read(body, 'locked') !== false || typeof read(response, 'status') !== 'number') return;
  try {
    const cancelled = (body as { readonly cancel?: () => unknown }).cancel?.();
    Promise.resolve(cancelled).catch(ignore);
  } catch {
    // The body cannot be cancelled.
  }
}

function ignore(): void {}
