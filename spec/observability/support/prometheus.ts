import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const RULES = 'observability/prometheus/holdfast.rules.yml';

export const hasPrometheus = ['promtool', 'prometheus'].every((name) => spawnSync(name, ['--version']).status === 0);

export interface Prometheus {
  query(expr: string): Promise<{ readonly status: string; readonly series: number }>;
  /** The names of all alerts. */
  alerts(): Promise<string[]>;
  stop(): Promise<void>;
}

/** A real Prometheus that scrapes a target each second and evaluates the rules. */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const dir = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const config = `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${JSON.stringify(resolve(RULES))}]
scrape_configs: [{ job_name: drill, static_configs: [{ targets: ["${target}"] }] }]`;
  await writeFile(join(dir, 'prometheus.yml'), config);
  const address = `127.0.0.1:${await freePort()}`;
  const args = [
    `--config.file=${dir}/prometheus.yml`,
    `--storage.tsdb.path=${dir}/data`,
    `--web.listen-address=${address}`,
  ];
  const child = spawn('prometheus', args, { stdio: 'ignore' });
  const get = async (path: string): Promise<Record<string, unknown>> => {
    const response = await fetch(`http://${address}${path}`);
    return (await response.json()) as Record<string, unknown>;
  };
  while (
    !(await fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await new Promise((done) => setTimeout(done, 100));
  return {
    query: async (expr) => {
      const { status, data } = await get(`/api/v1/query?query=${encodeURIComponent(expr)}`);
      const { result = [] } = (data ?? {}) as { readonly result?: readonly unknown[] };
      return { status: String(status), series: result.length };
    },
    alerts: async () => {
      const { data } = (await get('/api/v1/rules')) as {
        readonly data: { readonly groups: readonly { readonly rules: readonly { readonly name: string }[] }[] };
      };
      return data.groups.flatMap(({ rules }) => rules.map(({ name }) => name));
    },
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      await rm(dir, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
