// Redis and its clients: an error reply begins with a word in capitals.
import type { FailureKind } from '../../core/failure.js';
import { classNameOf, read, readText, word } from '../reading.js';
import type { Seen } from '../seen.js';
import { kindsOf, kindsOfTexts } from './table.js';

const KIND_BY_WORD = kindsOf({
  server: 'LOADING READONLY CLUSTERDOWN TRYAGAIN MASTERDOWN BUSY UNAVAILABLE NOREPLICAS',
  rejected: `WRONGTYPE NOAUTH WRONGPASS NOPERM NOSCRIPT ERR EXECABORT OOM MISCONF CROSSSLOT BUSYKEY BUSYGROUP NOGROUP
    NOPROTO UNKILLABLE`,
});

const KIND_BY_MESSAGE = kindsOfTexts({
  network: [
    ...['Connection is closed.', "Stream isn't writeable and enableOfflineQueue options is false"],
    ...['None of startup nodes is available', 'Socket closed unexpectedly', 'All the root nodes are unavailable'],
  ],
  timeout: ['Command timed out'],
});

/** Class names of node-redis and ioredis, with the start of the message that confirms them. */
const MARKED: ReadonlyMap<string | undefined, readonly [kind: FailureKind, start: string]> = new Map([
  ['ConnectionTimeoutError', ['timeout', 'Connection timeout']],
  ['SocketTimeoutError', ['timeout', 'Socket timeout']],
  ['CommandTimeoutDuringMaintenanceError', ['timeout', 'Command timeout']],
  ['SocketTimeoutDuringMaintenanceError', ['timeout', 'Socket timeout']],
  ['ClientOfflineError', ['network', 'The client is offline']],
  ['ClientClosedError', ['network', 'The client is closed']],
  ['DisconnectsClientError', ['network', 'Disconnects client']],
  ['MaxRetriesPerRequestError', ['network', 'Reached the max retries per request limit']],
]);

const REPLY = /^([A-Z]{2,20})(?: |$)/;

export function kindOfRedis(seen: Seen): FailureKind | undefined {
  const { className, name, message } = seen;
  if (message === undefined) return undefined;
  const [kind, start = ''] = MARKED.get(name) ?? MARKED.get(className) ?? [];
  if (kind && message.startsWith(start)) return kind;
  const byMessage = KIND_BY_MESSAGE.get(word(message));
  if (byMessage) return byMessage;
  const first = REPLY.exec(message.slice(0, 64))?.[1];
  if (!KIND_BY_WORD.has(first) || !isReply(seen)) return undefined;
  return message.startsWith('ERR max number of clients') ? 'server' : KIND_BY_WORD.get(first);
}

/** True for an error reply of Redis. Checks more than the class name, because other libraries may use the same name. */
function isReply({ name, className, error }: Seen): boolean {
  if (name === 'ReplyError' || name === 'ErrorReply' || className === 'ReplyError' || className === 'ErrorReply')
    return true;
  if (className !== 'SimpleError' && className !== 'BlobError' && name !== 'SimpleError') return false;
  const parent = classNameOf(read(read(error, '__proto__'), '__proto__'));
  return parent === 'ErrorReply' || readText(read(error, 'command'), 'name') !== undefined;
}
