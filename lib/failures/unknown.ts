import { ERROR_FIELDS, type ErrorField, type KnownErrorField } from '../core/error-fields.js';
import type { FailureUnknown } from '../core/events.js';
import type { FailureFacts } from '../core/failure.js';
import { read } from './reading.js';

const ADVICE =
  'holdfast does not know this error, so it is neither retried nor counted by a circuit. If it may pass by itself, ' +
  "write configure({ classify: (error) => (isBusy(error) ? 'server' : undefined) })";

/**
 * Builds the event of a method's first failure of kind `unknown`. It names the known fields of the error, without
 * values.
 */
export function failureUnknown(
  of: { readonly method: string; readonly circuit?: string },
  error: unknown,
  { errorName }: FailureFacts,
): FailureUnknown {
  return {
    type: 'failure_unknown',
    ...of,
    ...(errorName !== undefined && { errorName }),
    // Frozen, because all listeners get the same array.
    fields: Object.freeze(fieldsOf(error)),
    reason: ADVICE,
  };
}

/** The known fields of an error and of its cause, in a fixed order. */
function fieldsOf(error: unknown): KnownErrorField[] {
  const ofCause = knownIn(read(error, 'cause')).map((field) => `cause.${field}` as const);
  return [...knownIn(error), ...ofCause];
}

function knownIn(value: unknown): ErrorField[] {
  return ERROR_FIELDS.filter((field) => read(value, field) !== undefined);
}
