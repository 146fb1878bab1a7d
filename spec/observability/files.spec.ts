import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ATTEMPT_DURATION, CALL_DURATION, METRICS } from '#lib/metrics/table.js';
import { holdfast } from '../support/command.js';
import { hasPrometheus, RULES, startPrometheus } from './support/prometheus.js';
import { answering, startDrill } from './support/drill.js';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}

const dashboard = JSON.parse(readFileSync('observability/grafana/holdfast.json', 'utf8')) as {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
};
const expressions = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const));

/** With the variables of the dashboard filled in. */
const filled = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '30s').replaceAll(/\$(job|circuit|method)/g, '.*');

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

  it('name no metric that is not exported', async () => {
    const rules = await readFile(RULES, 'utf8');
    const known = new Set([
      ...[...METRICS, CALL_DURATION, ATTEMPT_DURATION].map(({ prometheus }) => prometheus),
      ...['holdfast_call_duration', 'holdfast_gate_closed'],
    ]);
    const labels = ['method', 'circuit_name', 'circuit_state', 'outcome', 'reason', 'result', 'shadow', 'gate_name'];
    const text = [...expressions.map(([, expr]) => expr), ...dashboard.annotations.list.map(({ expr }) => expr), rules];
    for (const [name] of text.join('\n').matchAll(/holdfast_[a-z_]+/g)) {
      if (!labels.includes(name.slice('holdfast_'.length)))
        expect(known, name).to.include(name.replace(/\(?_(seconds_)?bucket$/, ''));
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
    await writeFile(join(dir, 'holdfast.rules.yml'), rules.replace('"open"}) == 1', '"open"}) == 2'));
    const { status } = spawnSync('promtool', ['test', 'rules', 'holdfast.rules.test.yml'], { cwd: dir });
    expect(status).to.equal(1);
    await rm(dir, { recursive: true });
  });

  it('every query of the dashboard and of the rules answers over a drill that is scraped', async () => {
    const drill = await startDrill();
    const prometheus = await startPrometheus(drill.target);
    try {
      // Some rates need two scrapes.
      await answering(prometheus, 'rate(holdfast_calls_total{holdfast_outcome="fallback"}[30s]) > 0');
      const empty: string[] = [];
      for (const [title, expr] of expressions) {
        const { status, series } = await prometheus.query(filled(expr));
        expect(status, expr).to.equal('success');
        if (series === 0) empty.push(title);
      }
      expect(empty).to.deep.equal([]);
      const names = await prometheus.alerts();
      expect(names).to.have.lengthOf(10);
      await answering(prometheus, 'ALERTS{alertname="CircuitOpen",alertstate="pending"}');
    } finally {
      await prometheus.stop();
      await drill.stop();
    }
  });
});
