// The AWS SDK: errors that passed its middleware have `$metadata`; exceptions of a service have `$fault`.
import type { FailureKind } from '../../core/failure.js';
import { read, readText, word } from '../reading.js';
import type { Seen } from '../seen.js';
import { kindOfErrno } from './node.js';
import { kindsOf } from './table.js';

/** From the `service-error-classification` of `@smithy/core`. DynamoDB throttles with a 400. */
const KIND_BY_NAME = kindsOf({
  'rate-limited': `BandwidthLimitExceeded EC2ThrottledException LimitExceededException PriorRequestNotComplete
    ProvisionedThroughputExceededException RequestLimitExceeded RequestThrottled RequestThrottledException SlowDown
    ThrottledException Throttling ThrottlingException TooManyRequestsException TransactionInProgressException`,
  quota: 'ServiceQuotaExceededException',
  timeout: 'TimeoutError RequestTimeout RequestTimeoutException ModelTimeoutException',
  misconfigured: 'CredentialsProviderError',
});

export function kindOfAws({ aws, name, code, error, status, message }: Seen): FailureKind | undefined {
  if (aws === undefined) return undefined;
  // The SDK's HTTP/2 handler names a closed stream a timeout.
  if (message === 'Unexpected error: http2 request did not get a response') return 'network';
  const errno = word(code);
  const byErrno = errno === undefined ? undefined : kindOfErrno(errno);
  if (byErrno) return byErrno;
  const byName = KIND_BY_NAME.get(name) ?? KIND_BY_NAME.get(word(readText(error, 'Code')));
  if (byName) return byName;
  const retryable = read(error, '$retryable');
  if (retryable !== undefined) return read(retryable, 'throttling') === true ? 'rate-limited' : 'server';
  if (status !== undefined && status >= 400) return undefined;
  const fault = read(error, '$fault');
  return fault === 'server' ? 'server' : fault === 'client' && status === undefined ? 'rejected' : undefined;
}
