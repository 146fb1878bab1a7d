import { SCRIPT, SCRIPT_SHA } from '../protocol/script.js';
import { isUnknownScript } from './no-script.js';
import { Opened } from './opened.js';
import type { FleetStore } from './port.js';
import { type NodeRedisClient, partOf } from './shapes.js';

/**
 * A connection of our own beside the user's client: with RESP3, which shares it with the subscription, and without a
 * queue, since what is queued while the store is away would run when it returns.
 */
export function nodeRedisStore(client: NodeRedisClient): FleetStore {
  const opened = new Opened();
  const own = client.duplicate(overridesFor(client));
  // Degrading is reported by whoever runs an operation; a client without this listener would end the process.
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
        // Closed already.
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

/** Keeps no process alive, as far as the client allows it. */
function unref(client: NodeRedisClient): void {
  const method = partOf(client, 'unref');
  if (typeof method === 'function') Reflect.apply(method, client, []);
}
