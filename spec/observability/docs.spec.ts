import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as names from '#lib/metrics/metric.js';
import { ATTEMPT_DURATION, CALL_DURATION, METRICS } from '#lib/metrics/table.js';
import { readPage, tableUnder } from '../docs/support/pages.js';
import { RULES } from './support/prometheus.js';

const page = readPage('docs/observability.md');
const withoutTicks = (cell = ''): string => cell.replaceAll('`', '');

describe('docs/observability.md', () => {
  it('lists every metric as it is exported', () => {
    const told = tableUnder(page, 'Metrics').map((row) => row.map(withoutTicks));
    const histograms = [CALL_DURATION, ATTEMPT_DURATION].map((one) => ({ ...one, kind: 'histogram', unit: 's' }));
    const exported = [...METRICS, ...histograms].map(({ name, prometheus, kind, unit, help }) => [
      ...[name, prometheus, kind, unit],
      name === ATTEMPT_DURATION.name ? `${help} OpenTelemetry only.` : help,
    ]);
    expect(told).to.deep.equal(exported);
  });

  it('lists every attribute', () => {
    const told = tableUnder(page, 'Attributes').flatMap(([name]) => withoutTicks(name).split(', '));
    const known = Object.values(names).filter((name) => typeof name === 'string');
    expect(told).to.have.members(known);
  });

  it('lists every alert with its severity', () => {
    const rules = readFileSync(RULES, 'utf8');
    const alerts = [...rules.matchAll(/alert: (\w+)[^]*?severity: (\w+)/g)].map(([, alert, severity]) => [
      alert,
      severity,
    ]);
    const told = tableUnder(page, 'Board and alerts').map(([alert, severity]) => [withoutTicks(alert), severity]);
    expect(told).to.have.deep.members(alerts);
  });
});
