// MongoDB: labels say what may be repeated. Names are literals, so that no minifier changes them.
import type { FailureKind } from '../../core/failure.js';
import { read } from '../reading.js';
import type { Seen } from '../seen.js';
import { kindsOf } from './table.js';

const KIND_BY_NAME = kindsOf({
  network: 'MongoNetworkError MongoPoolClearedError MongoServerClosedError MongoTopologyClosedError',
  timeout: 'MongoNetworkTimeoutError MongoOperationTimeoutError MongoWaitQueueTimeoutError',
  malformed: 'MongoParseError MongoUnexpectedServerResponseError',
});

const PASSING: ReadonlySet<unknown> = new Set(['RetryableWriteError', 'TransientTransactionError', 'RetryableError']);
const MAX_TIME_EXPIRED = 50;
/** Codes of a replica set that elects, steps down or shuts down, and of hosts that cannot be reached. */
const SERVERS: ReadonlySet<unknown> = new Set([6, 7, 89, 91, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436]);

export function kindOfMongo({ name, error, code, message }: Seen): FailureKind | undefined {
  // mongoose waits for a connection, and has no code for it.
  if (name === 'MongooseError' && / buffering timed out after \d{1,9}ms$/.test(message?.slice(0, 256) ?? ''))
    return 'timeout';
  const isServers = name === 'MongoServerError' || name === 'MongoBulkWriteError' || name === 'MongoWriteConcernError';
  if (isServers && code === MAX_TIME_EXPIRED) return 'timeout';
  const byName = KIND_BY_NAME.get(name);
  if (byName) return byName;
  const labels = read(error, 'errorLabels');
  for (let i = 0; labels !== undefined && i < 4; i++) if (PASSING.has(read(labels, String(i)))) return 'server';
  if (!isServers) return undefined;
  return SERVERS.has(code) ? 'server' : 'rejected';
}
