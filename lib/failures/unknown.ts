import { ERROR_FIELDS } from '../core/error-fields.js';
import type { FailureUnknown } from '../core/events.js';
import type { FailureFacts } from '../core/failure.js';
import { read } from './reading.js';

const ADVICE =
  'holdfast does not know this error, so it is neither retried nor counted by a circuit. If it may pass by itself, ' +
  "write configure({ classify: (error) => (isTransient(error) ? 'network' : undefined) })";

/** The event of a method's first failure of kind `unknown`: which known fields the error has, without their values. */
export function failureUnknown(
  of: { readonly method: string; readonly circuit?: string },
  error: unknown,
  { errorName }: FailureFacts,
): FailureUnknown {
  return {
    type: 'failure_unknown',
    ...of,
    ...(errorName !== undefined && { errorName }),
    // Frozen, because listeners share it.
    fields: Object.freeze(ERROR_FIELDS.filter((field) => read(error, field) !== undefined)),
    reason: ADVICE,
  };
}
