import { expect } from 'chai';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { LEAST_RIGHTS } from '#lib/fleet/protocol/rights.js';
import { channelOf, keysOf } from '#lib/fleet/protocol/keys.js';
import { readReply } from '#lib/fleet/protocol/reply.js';
import { ioRedisStore } from '#lib/fleet/store/ioredis.js';
import { nodeRedisStore } from '#lib/fleet/store/node-redis.js';
import type { FleetStore } from '#lib/fleet/store/port.js';
import { binaries, type RealServer, startServer } from '../support/servers.js';

const KEYS = keysOf('shop', 'openai');
const OPS: readonly (readonly string[])[] = [
  ['read'],
  ['sync', 'a', '1', '75000', '0', 'closed', '0', '0', '-1', ''],
  ['vote', 'a', '75000', '0.6', '75000', '10', '1', '100', '10', '0'],
  ['vote', 'b', '75000', '0.6', '75000', '10', '1', '100', '10', '0'],
  ['well', 'a', '0', '0.6', '75000', '0'],
  ['acquire', 'a.1', '0', '5000', '1'],
  ['settle', 'a.1', '0', 'success', '1', '10', '1', '100'],
  ['retract', 'a'],
  ['leave', 'a'],
  ['gate', '5000', '60000'],
  ['share', 'a', 'in', '75000'],
  ['share', 'a', 'look', '75000'],
  ['share', 'a', 'out', '75000'],
  ['isolate', 'INC-7', '0'],
  ['reset'],
];

for (const path of binaries)
  describe(`the least rights in ${path.split('/').at(-1)}`, () => {
    let server: RealServer;
    let stores: FleetStore[];

    before(async () => {
      server = await startServer(path);
      await server.say([
        'ACL',
        'SETUSER',
        'fleet',
        'on',
        '>secret',
        'resetkeys',
        'resetchannels',
        ...LEAST_RIGHTS.split(' '),
      ]);
      const url = server.url.replace('://', '://fleet:secret@');
      stores = [nodeRedisStore(createClient({ url })), ioRedisStore(new Redis(url, { lazyConnect: true }))];
    });

    after(async () => {
      for (const store of stores) await store.close();
      await server.close();
    });

    it('let both clients run every operation, list, enlist and subscribe', async () => {
      for (const store of stores) {
        const heard: string[] = [];
        await store.subscribe?.(
          channelOf('shop'),
          (message) => heard.push(message),
          () => undefined,
        );
        for (const [op = '', ...args] of OPS) {
          const answer = await store.run(KEYS, [op, channelOf('shop'), 'openai', String(9e15), 'id1', ...args]);
          expect(readReply(answer).record.id, op).to.be.a('string');
        }
        const index = ['holdfast:1:shop:{}'];
        await store.run(index, ['enlist', channelOf('shop'), '', String(9e15), '', 'openai']);
        expect(await store.run(index, ['list', channelOf('shop'), '', '0', ''])).to.deep.equal(['openai']);
        while (heard.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });

    it('refuse everything else', async () => {
      const login = ['AUTH', 'fleet', 'secret'];
      for (const command of [
        ...[['GET', 'other'], ['KEYS', '*'], ['FLUSHALL'], ['CONFIG', 'GET', '*'], ['PUBLISH', 'other', 'x']],
        ...[
          ['SUBSCRIBE', 'other'],
          ['SET', 'other', '1'],
          ['SCRIPT', 'FLUSH'],
          ['CLIENT', 'LIST'],
        ],
      ]) {
        const [, answer] = await server.say(login, command);
        expect(answer, command.join(' ')).to.match(/^-NOPERM/);
      }
    });
  });
