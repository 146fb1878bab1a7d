import { SCRIPT, SCRIPT_SHA } from '../protocol/script.js';
import { isUnknownScript } from './no-script.js';
import { Opened } from './opened.js';
import type { FleetStore } from './port.js';
import { type NodeRedisClient, partOf } from './shapes.js';

/**
 * Uses its own connection, a duplicate of the user's client. With RESP3 the connection also serves the subscription.
 * It has no offline queue, because queued commands would run late, when the store is back.
 */
export function nodeRedisStore(client: NodeRedisClient): FleetStore {
  const opened = new Opened();
  const own = client.duplicate(overridesFor(client));
  // The guard reports failures of the store. Without this listener, an error would end the process.
  own.on('error', () => undefined);
  own.on('ready', () => opened.ready());
  unref(own);
  own.connect().then(
    () => opened.ready(),
    () => undefined,
  );
  return {
    async run(keys, args) {
      await opened.first;
      const given = { keys: [...keys], arguments: [...args] };
      try {
        return await own.evalSha(SCRIPT_SHA, given);
      } catch (error) {
        if (!isUnknownScript(error)) throw error;
        return await own.eval(SCRIPT, given);
      }
    },
    async subscribe(channel, heard, gap) {
      await opened.first;
      opened.onGap(gap);
      await own.subscribe(channel, (message) => heard(message));
    },
    close() {
      opened.close();
      try {
        own.destroy();
      } catch {
        // It is closed already.
      }
      return Promise.resolve();
    },
  };
}

function overridesFor(client: NodeRedisClient): object {
  const ours = { RESP: 3, commandOptions: undefined };
  if (partOf(client, 'slots') === undefined) return { ...ours, disableOfflineQueue: true };
  const theirs = partOf(client, '_self', '_options', 'defaults');
  return { ...ours, defaults: { ...(theirs as object | undefined), disableOfflineQueue: true } };
}

/** Prevents the client from keeping the process alive, if the client supports this. */
function unref(client: NodeRedisClient): void {
  const method = partOf(client, 'unref');
  if (typeof method === 'function') Reflect.apply(method, client, []);
}
