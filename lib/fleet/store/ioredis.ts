import { SCRIPT, SCRIPT_SHA } from '../protocol/script.js';
import { isUnknownScript } from './no-script.js';
import { Opened } from './opened.js';
import type { FleetStore } from './port.js';
import { type IoRedisClient, partOf } from './shapes.js';

const LONGEST_WAIT_MS = 2000;

/** Of known manners: nothing waits in a queue for a store that is away, and nothing is sent twice. */
const OURS = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  retryStrategy: (times: number) => Math.min(times * 100, LONGEST_WAIT_MS),
};

/**
 * A connection of our own beside the user's client; with RESP2, where a connection that is subscribed runs no commands,
 * a second one.
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
  // Degrading is reported by whoever runs an operation; without this listener the client prints each error.
  own.on('error', () => undefined);
  own.on('connect', () => unref(partOf(own, 'stream')));
  own.on('reconnecting', () => unref(partOf(own, 'reconnectTimeout')));
  own.on('ready', ready);
  own.connect().catch(() => undefined);
  return own;
}

/** Whether one connection serves commands and the subscription: RESP3, and clusters, which keep one for it themselves. */
function sharesSubscription(client: IoRedisClient): boolean {
  return partOf(client, 'isCluster') === true || partOf(client, 'options', 'protocol') === 3;
}

/** Keeps no process alive. */
function unref(handle: unknown): void {
  const method = partOf(handle, 'unref');
  if (typeof method === 'function') Reflect.apply(method, handle, []);
}
