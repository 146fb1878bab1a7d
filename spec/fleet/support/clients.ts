import { Redis as IoRedis } from 'ioredis';
import { Redis as IoValkey } from 'iovalkey';
import { createClient } from 'redis';
import { ioRedisStore } from '#lib/fleet/store/ioredis.js';
import { nodeRedisStore } from '#lib/fleet/store/node-redis.js';
import type { FleetStore } from '#lib/fleet/store/port.js';

/** A client library, and how a store is made with it. */
export interface ClientKind {
  readonly name: string;
  /** A client as users make it, not connected. */
  client(url: string): object;
  store(url: string): FleetStore;
}

const ioRedis = (url: string): IoRedis => new IoRedis(url, { lazyConnect: true });
const ioRedis2 = (url: string): IoRedis => new IoRedis(url, { lazyConnect: true, protocol: 2 });
const ioValkey = (url: string): IoValkey => new IoValkey(url, { lazyConnect: true });
const nodeRedis = (url: string) => createClient({ url });

export const CLIENTS: readonly ClientKind[] = [
  { name: 'node-redis', client: nodeRedis, store: (url) => nodeRedisStore(nodeRedis(url)) },
  { name: 'ioredis', client: ioRedis, store: (url) => ioRedisStore(ioRedis(url)) },
  { name: 'ioredis with RESP2', client: ioRedis2, store: (url) => ioRedisStore(ioRedis2(url)) },
  { name: 'iovalkey', client: ioValkey, store: (url) => ioRedisStore(ioValkey(url)) },
];
