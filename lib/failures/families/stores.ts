// Databases, brokers and services with their own error words, confirmed by a second field.
import type { FailureKind } from '../../core/failure.js';
import { read, readText, word } from '../reading.js';
import type { Seen } from '../seen.js';
import { type Kinds, kindsOf } from './table.js';

const NEO4J = kindsOf({ network: 'ServiceUnavailable SessionExpired' });

const NATS = kindsOf({
  network: 'CONNECTION_REFUSED CONNECTION_CLOSED DISCONNECT 503',
  timeout: 'TIMEOUT CONNECTION_TIMEOUT',
});

/** Service Bus and Event Hubs. */
const AZURE = kindsOf({
  server: 'ServiceBusy ServerBusyError InternalServerError',
  timeout: 'ServiceTimeout OperationTimeoutError',
  network: 'ServiceCommunicationProblem ServiceCommunicationError ServiceUnavailableError',
});

const ETHERS = kindsOf({ network: 'NETWORK_ERROR', timeout: 'TIMEOUT' });
const FIREBASE = kindsOf({
  network: 'auth/network-request-failed app/network-error app/network-timeout',
  'rate-limited': 'auth/too-many-requests auth/quota-exceeded messaging/message-rate-exceeded',
});
const NOTION = kindsOf({ timeout: 'notionhq_client_request_timeout' });

/** Cassandra's codes: unavailable, overloaded, bootstrapping; then the coordinator's timeouts. */
const CASSANDRA: ReadonlyMap<unknown, FailureKind> = new Map([
  [0x1000, 'server'],
  [0x1001, 'server'],
  [0x1002, 'server'],
  [0x1100, 'timeout'],
  [0x1200, 'timeout'],
]);

export function kindOfStore(seen: Seen): FailureKind | undefined {
  const { name, code, error } = seen;
  if (typeof code === 'number') return kindOfNumber(code, name);
  const text = word(code);
  if (text === undefined) return undefined;
  if (name === 'Neo4jError' && text.startsWith('Neo.'))
    return text.startsWith('Neo.ClientError.') ? 'rejected' : 'server';
  const kind = tableOf(name, error)?.get(text) ?? NOTION.get(text);
  return kind ?? (name === 'Neo4jError' && read(error, 'retriable') === true ? 'server' : undefined);
}

function tableOf(name: string | undefined, error: object): Kinds | undefined {
  if (name === 'Neo4jError') return NEO4J;
  if (name === 'NatsError') return NATS;
  if (name === 'FirebaseError' || readText(read(error, 'errorInfo'), 'code') !== undefined) return FIREBASE;
  if (typeof read(error, 'retryable') === 'boolean') return AZURE;
  return readText(error, 'shortMessage') === undefined ? undefined : ETHERS;
}

function kindOfNumber(code: number, name: string | undefined): FailureKind | undefined {
  if (name === 'ResponseError') return CASSANDRA.get(code);
  // FTP replies: 4yz is transient, 5yz is permanent.
  if (name === 'FTPError') return code >= 400 && code < 500 ? 'server' : code < 600 ? 'rejected' : undefined;
  return undefined;
}
