import { ConfigurationError } from '../core/errors.js';

/** A mistake of whoever typed the command. The message is one line that says what to write or do instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The upstream failed in the end; `cause` says how. Nobody's mistake here. */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';
}

/** What to throw when a service threw: settings of one method alone are found to be wrong only when it is called. */
export function failureOfService(cause: unknown): Error {
  return cause instanceof ConfigurationError ? cause : new UpstreamFailure('The upstream did not answer.', { cause });
}
