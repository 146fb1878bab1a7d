// MongoDB: error labels tell what may be retried. The names are literals, so no minifier changes them.
import type { FailureKind } from '../../core/failure.js';
import { read } from '../reading.js';
import type { Seen } from '../seen.js';
import { kindsOf } from './table.js';

const KIND_BY_NAME = kindsOf({
  network: 'MongoNetworkError MongoPoolClearedError MongoServerClosedError MongoTopologyClosedError',
  timeout: 'MongoNetworkTimeoutError MongoOperationTimeoutError MongoWaitQueueTimeoutError',
  malformed: 'MongoParseError MongoUnexpectedServerResponseError',
});

const RETRYABLE_LABELS: ReadonlySet<unknown> = new Set([
  'RetryableWriteError',
  'TransientTransactionError',
  'RetryableError',
]);
const MAX_TIME_EXPIRED = 50;
/** Codes of a replica set during an election, a step-down or a shutdown, and of unreachable hosts. */
const SERVER_CODES: ReadonlySet<unknown> = new Set([
  6, 7, 89, 91, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

export function kindOfMongo({ name, error, code, message }: Seen): FailureKind | undefined {
  // mongoose waited for a connection; this error has no code.
  if (name === 'MongooseError' && / buffering timed out after \d{1,9}ms$/.test(message?.slice(0, 256) ?? ''))
    return 'timeout';
  const isServerError =
    name === 'MongoServerError' || name === 'MongoBulkWriteError' || name === 'MongoWriteConcernError';
  if (isServerError && code === MAX_TIME_EXPIRED) return 'timeout';
  const byName = KIND_BY_NAME.get(name);
  if (byName) return byName;
  const labels = read(error, 'errorLabels');
  for (let i = 0; labels !== undefined && i < 4; i++)
    if (RETRYABLE_LABELS.has(read(labels, String(i)))) return 'server';
  if (!isServerError) return undefined;
  return SERVER_CODES.has(code) ? 'server' : 'rejected';
}
