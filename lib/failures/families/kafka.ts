// kafkajs: protocol errors have `retriable`; the client's own errors have literal names.
import type { FailureKind } from '../../core/failure.js';
import { read, readText } from '../reading.js';
import type { Seen } from '../seen.js';
import { kindsOf } from './table.js';

const KIND_BY_NAME = kindsOf({
  timeout: 'KafkaJSRequestTimeoutError KafkaJSTimeout KafkaJSLockTimeout',
  network: 'KafkaJSConnectionError KafkaJSConnectionClosedError KafkaJSBrokerNotFound',
});

/** The codes of librdkafka, which are negative. */
const KIND_BY_LIBRDKAFKA: ReadonlyMap<unknown, FailureKind> = new Map([
  [-195, 'network'],
  [-187, 'network'],
  [-193, 'network'],
  [-185, 'timeout'],
  [-192, 'timeout'],
  [-194, 'timeout'],
]);

export function kindOfKafka({ name, code, error }: Seen): FailureKind | undefined {
  const retriable = read(error, 'retriable');
  if (typeof retriable === 'boolean') {
    const byName = KIND_BY_NAME.get(name);
    if (byName) return byName;
    if (KIND_BY_LIBRDKAFKA.has(code)) return KIND_BY_LIBRDKAFKA.get(code);
    if (Number.isInteger(code)) return retriable ? 'server' : 'rejected';
  }
  return readText(error, 'origin') === 'kafka' || name === 'LibrdKafkaError' ? KIND_BY_LIBRDKAFKA.get(code) : undefined;
}
