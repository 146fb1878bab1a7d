import type { Failure, FailureKind } from '../../core/failure.js';
import type { CircuitOptions } from './options.js';
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
  'circuit-open': 'ignored',
  'concurrency-limit': 'ignored',
  unknown: 'ignored',
};

/** How a failed call counts: by the kind of its failure, unless `failureOn` decides otherwise. */
export function outcomeOf(failure: Failure, error?: unknown, failureOn?: CircuitOptions['failureOn']): Outcome {
  const outcome = OUTCOMES[failure.kind];
  if (!failureOn || failure.kind === 'cancelled') return outcome;
  if (failureOn(failure, error)) return 'failure';
  return outcome === 'failure' ? 'ignored' : outcome;
}
