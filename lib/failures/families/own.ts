// holdfast's own errors, also of another copy of the package, and p-retry's: known by a literal name and a property.
import type { FailureKind } from '../../core/failure.js';
import { looksLikeError, read } from '../reading.js';
import type { Seen } from '../seen.js';

/** The kind, and a property that another library's class of the same name would not have. */
const OWN: ReadonlyMap<string | undefined, readonly [kind: FailureKind, mark?: string, type?: string]> = new Map([
  ['CircuitOpenError', ['circuit-open', 'circuit', 'string']],
  ['ConcurrencyLimitError', ['concurrency-limit', 'limit', 'number']],
  ['RateLimitedError', ['rate-limited', 'retryAfterMs', 'number']],
  ['TimeLimitError', ['timeout', 'limitMs', 'number']],
  ['MalformedResponseError', ['malformed']],
  ['ConfigurationError', ['misconfigured']],
  ['DecorationError', ['misconfigured']],
]);

const FAULTS: ReadonlySet<unknown> = new Set(['network', 'timeout', 'server', 'rate-limited', 'malformed']);

/** True for an error that chaos throws. */
export function isChaos({ name, error }: Seen): boolean {
  return name === 'ChaosError' && FAULTS.has(read(error, 'fault'));
}

export function ownKind(seen: Seen): FailureKind | undefined {
  const { name, error } = seen;
  if (name === 'Error') return undefined;
  if (isChaos(seen)) return read(error, 'fault') as FailureKind;
  const [kind, mark, type] = OWN.get(name) ?? [];
  return mark === undefined || typeof read(error, mark) === type ? kind : undefined;
}

/** True for a `FinalError`, and for p-retry's `AbortError`: the method forbids a retry. */
export function isFinal(seen: Seen): boolean {
  return (seen.name === 'FinalError' && read(seen.error, 'final') === true) || isOfPRetry(seen);
}

/**
 * True for the `AbortError` of p-retry, which says that a retry is of no use. Other errors of this name say that something
 * was aborted, and have no `originalError`.
 */
export function isOfPRetry({ name, error }: Seen): boolean {
  return name === 'AbortError' && looksLikeError(read(error, 'originalError'));
}
