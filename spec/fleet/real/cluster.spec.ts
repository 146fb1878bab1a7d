import { expect } from 'chai';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { channelOf, keysOf } from '#lib/fleet/protocol/keys.js';
import { readReply } from '#lib/fleet/protocol/reply.js';
import { ioRedisStore } from '#lib/fleet/store/ioredis.js';
import { nodeRedisStore } from '#lib/fleet/store/node-redis.js';
import type { FleetStore } from '#lib/fleet/store/port.js';
import { type Cluster3, startCluster } from '../support/cluster.js';
import { binaries } from '../support/servers.js';
import { until } from '../support/real-process.js';

const NAMES = ['openai', 'search', 'mail', 'maps'];

for (const path of binaries)
  describe(`a cluster of three ${path.split('/').at(-1)}`, function () {
    this.timeout(30_000);
    let cluster: Cluster3;
    let stores: FleetStore[];

    before(async () => {
      cluster = await startCluster(path);
      const { servers } = cluster;
      stores = [
        nodeRedisStore(createCluster({ rootNodes: servers.map(({ url }) => ({ url })) })),
        ioRedisStore(
          new Cluster(
            servers.map(({ url }) => url),
            { lazyConnect: true },
          ),
        ),
      ];
    });

    after(async () => {
      for (const store of stores) await store.close();
      await cluster.close();
    });

    it('runs circuits of every node, and lets both clients hear of all of them', async () => {
      const heard = stores.map(() => new Set<string>());
      for (const [i, store] of stores.entries()) {
        await store.subscribe?.(
          channelOf('shop'),
          (message) => heard[i]?.add(message.split(' ').slice(0, 3).join(' ')),
          () => undefined,
        );
      }
      for (const name of NAMES) {
        const args = ['isolate', channelOf('shop'), name, String(9e15), 'id1', 'INC-7', '0'];
        for (const store of stores)
          expect(readReply(await store.run(keysOf('shop', name), args)).record.state).to.equal('isolated');
      }
      const expected = NAMES.map((name) => `${name} id1 state`);
      await until(() => heard.every((one) => expected.every((message) => one.has(message))));
    });
  });
