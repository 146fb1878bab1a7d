import type { Failure, FailureKind } from '../../core/failure.js';
import type { Outcome } from './state.js';

const OUTCOMES: Readonly<Record<FailureKind, Outcome>> = {
  timeout: 'failure',
  network: 'failure',
  server: 'failure',
  malformed: 'failure',
  rejected: 'rejected',
  cancelled: 'ignored',
  'rate-limited': 'ignored',
  quota: 'ignored',
  misconfigured: 'ignored',
  unknown: 'ignored',
};

/** What a failed call says of the upstream's health. */
export function outcomeOf(failure: Failure): Outcome {
  return OUTCOMES[failure.kind];
}
