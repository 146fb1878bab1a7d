import { CommandFailure } from '#lib/cli/errors.js';
import { ConfigurationError, classify } from 'holdfast';

/** The error to throw when a service threw: wrong settings of one method show only when the method is called. */
export function failureOfService(error: unknown): Error {
  if (error instanceof ConfigurationError) return error;
  return new CommandFailure(`the question was not answered: ${describeFailure(error)}.`);
}

/** The upstream's own message is left out: it may quote the question or the key. */
function describeFailure(error: unknown): string {
  const { kind, errorName, status, code, errno } = classify(error);
  const details = [errorName, status && `status ${status}`, code, errno].filter(Boolean).join(', ');
  return details ? `${kind} (${details})` : kind;
}
