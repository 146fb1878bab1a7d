import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import * as attributes from '#lib/metrics/metric.js';
import { ATTEMPT_DURATION, CALL_DURATION, METRICS } from '#lib/metrics/table.js';
import { holdfast } from '../support/command.js';
import { type Drill, startDrill } from './support/drill.js';
import { hasPrometheus, type Prometheus, RULES, startPrometheus } from './support/prometheus.js';

const TESTS = 'observability/prometheus/holdfast.rules.test.yml';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}

const dashboard = JSON.parse(readFileSync('observability/grafana/holdfast.json', 'utf8')) as {
  readonly panels: readonly Panel[];
  readonly templating: object;
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
};
const annotations = dashboard.annotations.list.map(({ name, expr }) => [name, expr] as const);
const expressions = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const));

/** With the variables of the dashboard filled in. */
const filled = (expr: string, job: string): string =>
  expr
    .replaceAll('$__rate_interval', '30s')
    .replaceAll('$job', job)
    .replaceAll(/\$(circuit|method)/g, 'drill.*');

describe('The files for Grafana and Prometheus', () => {
  it('are those that the scripts write', () => {
    const { status, stdout } = spawnSync(process.execPath, ['scripts/grafana.js', '--check'], { encoding: 'utf8' });
    expect(status, stdout).to.equal(0);
  });

  it('have panels that do not overlap, each with an id of its own, and no uid of anybody', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
    for (const [i, { title, gridPos: one }] of panels.entries())
      for (const { gridPos: other } of panels.slice(i + 1)) {
        const isApart =
          one.x + one.w <= other.x ||
          other.x + other.w <= one.x ||
          one.y + one.h <= other.y ||
          other.y + other.h <= one.y;
        expect(isApart, title).to.equal(true);
      }
    expect(JSON.stringify(dashboard).match(/"uid":"[^$]/g)).to.equal(null);
  });

  it('name no metric that is not exported, and no label that none has', async () => {
    const metrics = [...METRICS, CALL_DURATION, ATTEMPT_DURATION];
    // With and without the units that are left out or added on the way.
    const known = new Set(
      metrics.flatMap(({ prometheus }) => [prometheus, prometheus.replace(/_seconds$/, ''), `${prometheus}_bucket`]),
    );
    const labels = new Set(Object.values(attributes).flatMap((name) => (typeof name === 'string' ? [name] : [])));
    for (const label of labels) known.add(label.replaceAll('.', '_'));
    const rules = await readFile(RULES, 'utf8');
    const queries = [...expressions, ...annotations].map(([, expr]) => expr);
    const text = [...queries, JSON.stringify(dashboard.templating), rules].join('\n');
    const named = [...text.matchAll(/holdfast_[a-z_]+/g)].map(([name]) => name.replace(/_$/, ''));
    expect(named.filter((name) => !known.has(name))).to.deep.equal([]);
  });

  it('have a test for each alert in which it fires and then ends', async () => {
    const [rules, tests] = await Promise.all([readFile(RULES, 'utf8'), readFile(TESTS, 'utf8')]);
    const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, alert]) => alert);
    const checks = [...tests.matchAll(/alertname: (\w+)\n +eval_time: \d+m\n +exp_alerts:( \[\])?/g)];
    for (const alert of alerts) {
      const fires = checks.filter(([, name]) => name === alert).map(([, , none]) => none === undefined);
      expect(fires, alert).to.include(true);
      expect(fires.at(-1), alert).to.equal(false);
    }
  });

  it('are written out by the command, which replaces nothing unasked', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'holdfast-'));
    try {
      const written = await holdfast(['observability', dir]);
      expect(written.code, written.stderr).to.equal(0);
      expect(await readFile(join(dir, 'prometheus/holdfast.rules.yml'), 'utf8')).to.equal(
        await readFile(RULES, 'utf8'),
      );
      await writeFile(join(dir, 'prometheus/holdfast.rules.yml'), 'mine');
      const refused = await holdfast(['observability', dir]);
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.contain('Write --force');
      expect(await readFile(join(dir, 'prometheus/holdfast.rules.yml'), 'utf8')).to.equal('mine');
      expect((await holdfast(['observability', dir, '--force'])).code).to.equal(0);
    } finally {
      await rm(dir, { recursive: true });
    }
  }).timeout(20_000);
});

if (!hasPrometheus && process.env.CI) throw new Error('Prometheus is not installed: apt-get install prometheus');
if (!hasPrometheus)
  console.log('not run: the alert rules and queries, because Prometheus is not installed (apt-get install prometheus)');

(hasPrometheus ? describe : describe.skip)('In a real Prometheus', function () {
  this.timeout(60_000);

  it('the alert rules are right, fire and end', () => {
    for (const args of [
      ['check', 'rules', 'holdfast.rules.yml'],
      ['test', 'rules', 'holdfast.rules.test.yml'],
    ]) {
      const { status, stdout, stderr } = spawnSync('promtool', args, {
        cwd: 'observability/prometheus',
        encoding: 'utf8',
      });
      expect(status, stdout + stderr).to.equal(0);
    }
  });

  it('the tests of the rules see a rule that never fires', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'holdfast-'));
    await cp('observability/prometheus', dir, { recursive: true });
    const rules = await readFile(join(dir, 'holdfast.rules.yml'), 'utf8');
    await writeFile(join(dir, 'holdfast.rules.yml'), rules.replaceAll('"open"}) == 1', '"open"}) == 2'));
    const { status } = spawnSync('promtool', ['test', 'rules', 'holdfast.rules.test.yml'], { cwd: dir });
    expect(status).to.equal(1);
    await rm(dir, { recursive: true });
  });

  describe('that scrapes a drill through both exporters', () => {
    let drill: Drill;
    let prometheus: Prometheus;
    before(async () => {
      drill = await startDrill();
      prometheus = await startPrometheus(drill.targets);
    });
    after(async () => {
      await prometheus.stop();
      await drill.stop();
    });

    const byName = ([one]: [string, string], [other]: [string, string]): number => (one < other ? -1 : 1);
    const until = async (what: () => Promise<boolean>): Promise<void> => {
      while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 200));
    };
    /** What a query finds, without what differs by the exporter. */
    const seriesOf = async (expr: string, job: string): Promise<string[]> => {
      const { status, found } = await prometheus.query(filled(expr, job));
      expect(status, expr).to.equal('success');
      return found.map(({ labels }) => JSON.stringify(Object.entries(labels).sort(byName))).sort();
    };

    it('CircuitOpen is pending, and fires', async () => {
      const alert = (): Promise<string> =>
        prometheus.alert('CircuitOpen', { job: 'registry', holdfast_circuit_name: 'drill-down' });
      await until(async () => (await alert()) === 'pending');
      await until(async () => (await alert()) === 'firing');
    });

    it('every query of the dashboard finds something, and the same through both', async () => {
      for (const job of Object.keys(drill.targets))
        await until(async () => (await seriesOf('rate(holdfast_calls_total{job=~"$job"}[30s]) > 0', job)).length > 1);
      for (const [title, expr] of [...expressions, ...annotations]) {
        const found = await seriesOf(expr, 'registry');
        if (title !== 'Circuit opens') expect(found, title).not.to.have.lengthOf(0);
        expect(await seriesOf(expr, 'otel'), title).to.deep.equal(found);
      }
    });

    it('every query of the rules answers', async () => {
      const rules = await prometheus.rules();
      expect(rules.size).to.equal(12);
      for (const [name, expr] of rules) expect((await prometheus.query(expr)).status, name).to.equal('success');
    });

    it('CircuitOpen ends after the outage', async () => {
      drill.recover();
      for (const job of Object.keys(drill.targets)) {
        const labels = { job, holdfast_circuit_name: 'drill-down' };
        await until(async () => (await prometheus.alert('CircuitOpen', labels)) === 'inactive');
      }
    });
  });
});
