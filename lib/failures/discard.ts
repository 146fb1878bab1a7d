// A `Response` that nobody reads holds its socket.
import { isObject, read } from './reading.js';

/**
 * Cancels the body of a `Response` that is thrown away: a result that was not wanted, or the response that an error holds.
 * A body that was read or is being read is left alone. Never throws, and no rejection is left over.
 */
export function discard(outcome: unknown): void {
  if (!isObject(outcome)) return;
  cancelBody(outcome);
  cancelBody(read(outcome, 'response'));
  const cause = read(outcome, 'cause');
  cancelBody(cause);
  cancelBody(read(cause, 'response'));
}

function cancelBody(response: unknown): void {
  // Anything else, a request's options among them, may have a `body` too.
  if (!isObject(response) || read(response, 'bodyUsed') !== false || !isObject(read(response, 'headers'))) return;
  const body = read(response, 'body');
  if (!isObject(body) || read(body, 'locked') !== false || typeof read(response, 'status') !== 'number') return;
  try {
    const cancelled = (body as { readonly cancel?: () => unknown }).cancel?.();
    Promise.resolve(cancelled).catch(ignore);
  } catch {
    // Not a stream, or not one that can be cancelled.
  }
}

function ignore(): void {}
