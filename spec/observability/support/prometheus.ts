import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const RULES = 'observability/prometheus/holdfast.rules.yml';

export const hasPrometheus = ['promtool', 'prometheus'].every((name) => spawnSync(name, ['--version']).status === 0);

/** The labels and the value of one series. */
export interface Found {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The labels of one series, and its points: seconds since the epoch, and the value. */
export interface FoundRange {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [number, number])[];
}

/** In seconds since the epoch; `step` in seconds. */
export interface Times {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export interface Prometheus {
  query(expr: string): Promise<{ readonly status: string; readonly found: readonly Found[] }>;
  /** @throws {Error} with what Prometheus says against the expression */
  range(expr: string, times: Times): Promise<readonly FoundRange[]>;
  /** The expressions of all rules, by the name of the alert. */
  rules(): Promise<ReadonlyMap<string, string>>;
  /** The state of an alert for these labels: `inactive` if there is none. */
  alert(name: string, labels: Readonly<Record<string, string>>): Promise<string>;
  stop(): Promise<void>;
}

/**
 * A real Prometheus that scrapes targets each second, by the name of their job, and evaluates the rules. They wait for
 * seconds instead of minutes.
 */
export async function startPrometheus(
  targets: Readonly<Record<string, string | readonly string[]>>,
): Promise<Prometheus> {
  const dir = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const rules = await readFile(RULES, 'utf8');
  await writeFile(join(dir, 'rules.yml'), rules.replaceAll(/^( +for: \d+)m$/gm, '$1s'));
  const jobs = Object.entries(targets).map(
    ([job, one]) => `{ job_name: ${job}, static_configs: [{ targets: ${JSON.stringify([one].flat())} }] }`,
  );
  const config = `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
scrape_configs: [${jobs.join(', ')}]`;
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
      const { result = [] } = (data ?? {}) as { readonly result?: readonly Result[] };
      return {
        status: String(status),
        found: result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) })),
      };
    },
    range: async (query, { start, end, step }) => {
      const asked = new URLSearchParams({ query, start: `${start}`, end: `${end}`, step: `${step}` });
      const { error, data } = (await get(`/api/v1/query_range?${asked.toString()}`)) as RangeAnswer;
      if (error !== undefined) throw new Error(`${query}: ${error}`);
      return (data?.result ?? []).map(({ metric, values }) => ({
        labels: metric,
        points: values.map(([at, value]) => [at, Number(value)] as const),
      }));
    },
    rules: async () => {
      const { data } = (await get('/api/v1/rules')) as {
        readonly data: { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
      };
      return new Map(data.groups.flatMap(({ rules }) => rules.map(({ name, query }) => [name, query] as const)));
    },
    alert: async (name, labels) => {
      const { data } = (await get('/api/v1/alerts')) as { readonly data: { readonly alerts: readonly Alert[] } };
      const wanted = Object.entries({ ...labels, alertname: name });
      const alert = data.alerts.find((one) => wanted.every(([label, value]) => one.labels[label] === value));
      return alert?.state ?? 'inactive';
    },
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      await rm(dir, { recursive: true });
    },
  };
}

interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

interface RangeAnswer {
  readonly error?: string;
  readonly data?: { readonly result: readonly RangeResult[] };
}

interface RangeResult {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

interface Rule {
  readonly name: string;
  readonly query: string;
}

interface Alert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
