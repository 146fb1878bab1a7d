import { SCRIPT, SCRIPT_SHA } from '../protocol/script.js';
import { isUnknownScript } from './no-script.js';
import { Opened } from './opened.js';
import type { FleetStore } from './port.js';
import { type IoRedisClient, partOf } from './shapes.js';

const LONGEST_WAIT_MS = 2000;

/** Overrides of the user's options: no command waits in a queue for a lost connection, and none is sent twice. */
const OURS = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  retryStrategy: (times: number) => Math.min(times * 100, LONGEST_WAIT_MS),
};

/**
 * Uses its own connection, a duplicate of the user's client. With RESP2 it uses a second one for the subscription,
 * because a subscribed connection cannot run commands.
 */
export function ioRedisStore(client: IoRedisClient): FleetStore {
  const opened = new Opened();
  const commands = duplicateOf(client, () => opened.ready());
  let listening: IoRedisClient | undefined;
  return {
    async run(keys, args) {
      await opened.first;
      const given = [...keys, ...args];
      try {
        return await commands.evalsha(SCRIPT_SHA, keys.length, ...given);
      } catch (error) {
        if (!isUnknownScript(error)) throw error;
        return await commands.eval(SCRIPT, keys.length, ...given);
      }
    },
    async subscribe(channel, heard, gap) {
      await opened.first;
      const heardHere = (from: unknown, message: unknown): void => {
        if (from === channel) heard(String(message));
      };
      opened.onGap(gap);
      if (sharesSubscription(commands)) {
        commands.on('message', heardHere);
        await commands.subscribe(channel);
        return;
      }
      const second = new Opened();
      second.onGap(gap);
      listening = duplicateOf(client, () => second.ready());
      listening.on('message', heardHere);
      await second.first;
      await listening.subscribe(channel);
    },
    close() {
      opened.close();
      commands.disconnect();
      listening?.disconnect();
      return Promise.resolve();
    },
  };
}

function duplicateOf(client: IoRedisClient, ready: () => void): IoRedisClient {
  const isCluster = partOf(client, 'isCluster') === true;
  const overrides: readonly unknown[] = isCluster
    ? [[], { enableOfflineQueue: false, lazyConnect: true, redisOptions: OURS }]
    : [{ ...OURS, lazyConnect: true }];
  const own = client.duplicate(...(overrides as never[]));
  // The guard reports failures of the store. Without this listener, the client prints each error.
  own.on('error', () => undefined);
  own.on('connect', () => unref(partOf(own, 'stream')));
  own.on('reconnecting', () => unref(partOf(own, 'reconnectTimeout')));
  own.on('ready', ready);
  own.connect().catch(() => undefined);
  return own;
}

/** True if the client runs commands while it is subscribed: with RESP3, and for clusters, which use a second one. */
function sharesSubscription(client: IoRedisClient): boolean {
  return partOf(client, 'isCluster') === true || partOf(client, 'options', 'protocol') === 3;
}

/** Prevents a handle from keeping the process alive. */
function unref(handle: unknown): void {
  const method = partOf(handle, 'unref');
  if (typeof method === 'function') Reflect.apply(method, handle, []);
}
