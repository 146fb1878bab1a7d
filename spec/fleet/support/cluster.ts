import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './real-process.js';
import { type RealServer, startServer } from './servers.js';

/** A cluster of three masters, each with a third of the slots. */
export interface Cluster3 {
  readonly servers: readonly RealServer[];
  close(): Promise<void>;
}

export async function startCluster(path: string): Promise<Cluster3> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-cluster-'));
  const started = [0, 1, 2].map((i) =>
    startServer(path, '--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${i}.conf`, '--dir', folder),
  );
  const servers = await Promise.all(started);
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
  return {
    servers,
    async close() {
      for (const server of servers) await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}
