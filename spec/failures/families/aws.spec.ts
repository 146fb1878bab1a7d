import { checks, failed } from '../support.js';

const aws = (name: string, properties: object = {}): Error =>
  failed({ name, $metadata: { httpStatusCode: 400, attempts: 1 }, $fault: 'client', ...properties });

describe('Errors of the AWS SDK', () => {
  checks([
    ['throttling with a 400', aws('ProvisionedThroughputExceededException'), 'rate-limited'],
    ['throttling', aws('ThrottlingException', { $metadata: { httpStatusCode: 429 } }), 'rate-limited'],
    ['a service that says to slow down', aws('SlowDown', { $metadata: { httpStatusCode: 503 } }), 'rate-limited'],
    ['a quota', aws('ServiceQuotaExceededException'), 'quota'],
    ['a request that was too slow', aws('RequestTimeout'), 'timeout'],
    ['a model that was too slow', aws('ModelTimeoutException', { $metadata: { httpStatusCode: 408 } }), 'timeout'],
    [
      'a reset under the name of a timeout',
      aws('TimeoutError', { code: 'ECONNRESET', $metadata: { attempts: 3 } }),
      'network',
    ],
    ['a timeout', aws('TimeoutError', { $metadata: { attempts: 3 } }), 'timeout'],
    ['a failure that may be repeated', aws('SomethingHappened', { $retryable: {} }), 'server'],
    [
      'a throttled failure that may be repeated',
      aws('SomethingHappened', { $retryable: { throttling: true } }),
      'rate-limited',
    ],
    ['a fault of the server', aws('SomethingHappened', { $fault: 'server', $metadata: {} }), 'server'],
    ['a fault of the client', aws('SomethingHappened', { $metadata: {} }), 'rejected'],
    ['a rejection', aws('ValidationException'), 'rejected'],
    ['a server error', aws('InternalServerException', { $metadata: { httpStatusCode: 500 } }), 'server'],
    ['a conflict', aws('OperationAborted', { $metadata: { httpStatusCode: 409 } }), 'rejected'],
    ['credentials that are missing', failed({ name: 'CredentialsProviderError' }), 'misconfigured'],
    [
      'a body that cannot be parsed',
      Object.assign(new SyntaxError('x'), { $metadata: { httpStatusCode: 200 } }),
      'malformed',
    ],
    [
      'a stream of HTTP/2 that was closed',
      failed({ name: 'TimeoutError', $metadata: {} }, 'Unexpected error: http2 request did not get a response'),
      'network',
    ],
    ['the same name elsewhere', failed({ name: 'ThrottlingException' }), 'unknown'],
  ]);
});
