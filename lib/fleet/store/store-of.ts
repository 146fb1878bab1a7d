import { ConfigurationError } from '../../core/errors.js';
import { ioRedisStore } from './ioredis.js';
import { nodeRedisStore } from './node-redis.js';
import type { FleetStore } from './port.js';
import { type IoRedisClient, isIoRedis, isNodeRedis, isStore, type NodeRedisClient } from './shapes.js';

/** A client or store for `connectFleet`. */
export type FleetClient = NodeRedisClient | IoRedisClient | FleetStore;

/**
 * Makes the store for a client, which is recognised by its shape.
 * @throws {ConfigurationError} for anything that is not a supported client or a store
 */
export function storeOf(client: FleetClient): FleetStore {
  if (isNodeRedis(client)) return nodeRedisStore(client);
  if (isIoRedis(client)) return ioRedisStore(client);
  if (isStore(client)) return client;
  const got = client === null ? 'null' : Array.isArray(client) ? 'an array' : typeof client;
  throw new ConfigurationError([
    `connectFleet: expected a client of redis (5 or later), ioredis or iovalkey, or a FleetStore with run() and close(), got ${got}`,
  ]);
}
