import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { channelOf, keysOf } from '#lib/fleet/protocol/keys.js';
import { readReply } from '#lib/fleet/protocol/reply.js';
import { ioRedisStore } from '#lib/fleet/store/ioredis.js';
import { nodeRedisStore } from '#lib/fleet/store/node-redis.js';
import type { FleetStore } from '#lib/fleet/store/port.js';
import { binaries, type RealServer, startServer } from '../support/servers.js';
import { until } from '../support/real-process.js';

const NAMES = ['openai', 'search', 'mail', 'maps'];

for (const path of binaries)
  describe(`a cluster of three ${path.split('/').at(-1)}`, function () {
    this.timeout(30_000);
    let servers: RealServer[];
    let stores: FleetStore[];
    let folder: string;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'holdfast-cluster-'));
      const started = [0, 1, 2].map((i) =>
        startServer(path, '--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${i}.conf`, '--dir', folder),
      );
      servers = await Promise.all(started);
      const [first, second, third] = servers as [RealServer, RealServer, RealServer];
      await first.say(['CLUSTER', 'ADDSLOTSRANGE', '0', '5460']);
      await second.say(['CLUSTER', 'ADDSLOTSRANGE', '5461', '10922']);
      await third.say(['CLUSTER', 'ADDSLOTSRANGE', '10923', '16383']);
      for (const { port } of [second, third]) await first.say(['CLUSTER', 'MEET', '127.0.0.1', String(port)]);
      await until(async () => {
        const answers = await Promise.all(servers.map((server) => server.say(['CLUSTER', 'INFO'])));
        return answers.every(
          ([answer]) => answer?.includes('cluster_state:ok') && answer.includes('cluster_known_nodes:3'),
        );
      });
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
      for (const server of servers) await server.close();
      rmSync(folder, { recursive: true });
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
