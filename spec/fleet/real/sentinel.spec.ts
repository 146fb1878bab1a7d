import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { ioRedisStore } from '#lib/fleet/store/ioredis.js';
import { pause, realMember, type RealMember, until } from '../support/real-process.js';
import { binaries, freePort, type RealServer, startServer } from '../support/servers.js';

const answers = (): boolean => true;
const fails = (): boolean => false;

for (const path of binaries.slice(0, 1))
  describe('a failover by Sentinel while the fleet is open', function () {
    this.timeout(60_000);
    let servers: RealServer[];
    let sentinel: ChildProcess;
    let members: RealMember[];
    let folder: string;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'holdfast-sentinel-'));
      const master = await startServer(path);
      const replica = await startServer(
        path,
        '--replicaof',
        '127.0.0.1',
        String(master.port),
        '--repl-diskless-sync-delay',
        '0',
      );
      servers = [master, replica];
      await until(
        async () => (await replica.say(['INFO', 'replication']))[0]?.includes('master_link_status:up') ?? false,
      );
      const port = await freePort();
      const file = join(folder, 'sentinel.conf');
      const lines = [
        `port ${port}`,
        'bind 127.0.0.1',
        `dir ${folder}`,
        `sentinel monitor shop 127.0.0.1 ${master.port} 1`,
      ];
      writeFileSync(file, [...lines, 'sentinel down-after-milliseconds shop 500', ''].join('\n'));
      sentinel = spawn(path, [file, '--sentinel'], { stdio: 'ignore' });
      members = [1, 2, 3].map(() =>
        realMember(
          ioRedisStore(new Redis({ sentinels: [{ host: '127.0.0.1', port }], name: 'shop', lazyConnect: true })),
          {},
          { recoveryMs: 60_000 },
        ),
      );
      await until(async () => {
        await Promise.all(members.map(({ membership }) => membership.start()));
        await pause(100);
        return members.every(({ membership }) => !membership.line.isDegraded);
      });
    });

    after(async () => {
      await Promise.all(members.map(({ membership }) => membership.close()));
      const ended = once(sentinel, 'exit');
      sentinel.kill('SIGKILL');
      await ended;
      for (const server of servers) await server.close();
      rmSync(folder, { recursive: true });
    });

    it('keeps the record, lets nobody through, and goes on with the new master', async () => {
      const call = (upstream: () => boolean): Promise<string[]> =>
        Promise.all(members.map(({ circuit }) => circuit.call(upstream)));
      await call(answers);
      await until(async () => ((await members[0]?.membership.line.read('openai'))?.numbers[0] ?? 0) === 3);
      for (let i = 0; i < 5; i += 1) await call(fails);
      await until(() => members.every(({ membership }) => membership.memberOf('openai')?.record.state === 'open'));
      await pause(200);
      await servers[0]?.close();
      const seen: string[] = [];
      await until(async () => {
        seen.push(...(await call(answers)));
        await pause(50);
        return (await servers[1]?.say(['INFO', 'replication']))?.[0]?.includes('role:master') ?? false;
      });
      await until(async () => {
        seen.push(...(await call(answers)));
        await pause(50);
        const read = await members[0]?.membership.line.read('openai');
        return read?.record.state === 'open';
      });
      expect(
        seen.filter((answer) => answer !== 'refused'),
        'let through',
      ).to.deep.equal([]);
      await until(async () => (await members[0]?.membership.byHand('reset', 'openai', [])) !== undefined);
      await until(() => members.every(({ circuit }) => circuit.state === 'closed'));
    });
  });
