// Writes observability/grafana/holdfast.json from the table of panels below. With --check it says whether the file is what
// this would write. The queries work with both exporters, and by way of OpenTelemetry's Collector: the exporter of OpenTelemetry
// for Prometheus leaves units out, and the Collector adds one to the names of shares.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'observability/grafana/holdfast.json';
const WIDTH = 24;

const OF = 'job=~"$job"';
const CIRCUIT = `${OF},holdfast_circuit_name=~"$circuit"`;
const METHOD = `${OF},holdfast_method=~"$method"`;
const rate = (metric, labels = METHOD) => `rate(${metric}{${labels}}[$__rate_interval])`;
/** A metric whose name may end in its unit. */
const withUnit = (metric, unit, labels) => `{__name__=~"${metric}(_${unit})?",${labels}}`;
/** The worst state over all instances, as a number. */
const worst = (metric) => {
  const states = ['half-open', 'open', 'isolated'].map((state, i) => {
    return `${i + 1} * ${withUnit(metric, 'ratio', `${CIRCUIT},holdfast_circuit_state="${state}"`)}`;
  });
  return `max by (holdfast_circuit_name) (${states.join(' or ')})`;
};
/** A query for the bulkheads of methods, and one for those that several share by their name. */
const bulkheads = (query) => [
  [query((field) => sum('holdfast_method', `holdfast_bulkhead_${field}{${METHOD}}`)), '{{holdfast_method}}'],
  [
    query((field) => sum('holdfast_bulkhead_name', `holdfast_shared_bulkhead_${field}{${OF}}`)),
    '{{holdfast_bulkhead_name}} (shared)',
  ],
];
const STATES = [
  ['0', 'closed', 'green'],
  ['1', 'half-open', 'yellow'],
  ['2', 'open', 'red'],
  ['3', 'isolated', 'purple'],
];
const sum = (by, what) => `sum by (${by}) (${what})`;
const calls = (more = '') => rate('holdfast_calls_total', `${METHOD}${more}`);
const quantile = (q) =>
  `histogram_quantile(${q}, ${sum('le', `rate({__name__=~"holdfast_call_duration(_seconds)?_bucket",${METHOD}}[$__rate_interval])`)})`;
const refusals = (shadow) => rate('holdfast_circuit_refused_total', `${CIRCUIT},holdfast_shadow="${shadow}"`);
const share = (part, whole) => `${part} / ${whole}`;

/** How a call ends looks the same everywhere: names are sorted, so that without this a success might be red. */
const OUTCOMES = { success: 'green', fallback: 'yellow', refused: 'orange', failure: 'red', cancelled: 'text' };
/** For many series of which few matter: beside the lines, the highest first. */
const HIGHEST_FIRST = { displayMode: 'table', placement: 'right', calcs: ['max'], sortBy: 'Max', sortDesc: true };

/** Each row of panels, top to bottom: title, width, height, queries as [expression, legend], unit and what else differs. */
const ROWS = [
  [
    {
      ...{ title: 'Circuits now', width: 24, height: 7, type: 'state-timeline', unit: 'short' },
      help: 'The worst state over all instances: 0 closed, 1 half-open, 2 open, 3 isolated.',
      queries: [[worst('holdfast_circuit_state'), '{{holdfast_circuit_name}}']],
      mappings: STATES,
    },
  ],
  [
    {
      title: 'Calls by outcome',
      width: 8,
      height: 8,
      unit: 'cps',
      queries: [[sum('holdfast_outcome', calls()), '{{holdfast_outcome}}']],
      colors: OUTCOMES,
    },
    {
      ...{ title: 'Share of failed calls by kind', width: 8, height: 8, unit: 'percentunit', legend: HIGHEST_FIRST },
      queries: [
        [
          share(
            sum('error_type', calls(',holdfast_outcome="failure"')),
            `ignoring (error_type) group_left sum(${calls()})`,
          ),
          '{{error_type}}',
        ],
      ],
    },
    {
      ...{ title: 'Duration of calls', width: 8, height: 8, unit: 's' },
      queries: [
        ['0.5', 'p50'],
        ['0.95', 'p95'],
        ['0.99', 'p99'],
      ].map(([q, name]) => [quantile(q), name]),
    },
  ],
  [
    {
      ...{
        title: 'Amplification',
        width: 6,
        height: 7,
        unit: 'none',
        help: 'Attempts for each call: above 1.5, retries are a load of their own.',
      },
      queries: [
        [
          share(sum('holdfast_method', rate('holdfast_attempts_total')), sum('holdfast_method', calls())),
          '{{holdfast_method}}',
        ],
      ],
    },
    {
      title: 'Retries by kind',
      width: 6,
      height: 7,
      unit: 'cps',
      queries: [[sum('error_type', rate('holdfast_retries_total')), '{{error_type}}']],
    },
    {
      ...{
        title: 'What retries are worth',
        width: 6,
        height: 7,
        unit: 'percentunit',
        help: 'Calls that retries and hedges saved, for each retry.',
      },
      queries: [
        [
          share(
            sum('holdfast_method', rate('holdfast_calls_recovered_total')),
            sum('holdfast_method', rate('holdfast_retries_total')),
          ),
          '{{holdfast_method}}',
        ],
      ],
    },
    {
      ...{ title: 'Retry budget', width: 6, height: 7, unit: 'none' },
      help: 'Retries that may be made at once, in the process that has the fewest left.',
      queries: [
        [
          `min by (holdfast_circuit_name, holdfast_method) (holdfast_retry_budget_tokens{${OF}})`,
          '{{holdfast_circuit_name}}{{holdfast_method}}',
        ],
      ],
    },
  ],
  [
    {
      title: 'Refused calls',
      width: 8,
      height: 7,
      unit: 'cps',
      help: 'By circuits that are open. A circuit in shadow mode refuses nothing: the line is what it would have refused.',
      queries: [
        [sum('holdfast_circuit_name', refusals('false')), '{{holdfast_circuit_name}}'],
        // Every circuit has this series, and few ever run in shadow mode.
        [`${sum('holdfast_circuit_name', refusals('true'))} > 0`, '{{holdfast_circuit_name}} in shadow mode'],
      ],
    },
    {
      ...{ title: 'Share answered by the fallback', width: 8, height: 7, unit: 'percentunit' },
      queries: [
        [
          share(sum('holdfast_method', calls(',holdfast_outcome="fallback"')), sum('holdfast_method', calls())),
          '{{holdfast_method}}',
        ],
      ],
    },
    {
      title: 'Calls in flight',
      width: 8,
      height: 7,
      unit: 'none',
      queries: [[sum('holdfast_method', `holdfast_calls_active{${METHOD}}`), '{{holdfast_method}}']],
    },
  ],
  [
    {
      ...{ title: 'Bulkheads: share in use', width: 8, height: 7, unit: 'percentunit', max: 1 },
      help: 'At 100 %, calls wait or are refused. Those with a name are shared by several methods.',
      queries: bulkheads((of) => share(of('running'), of('limit'))),
    },
    {
      title: 'Rate limits: gates closed',
      width: 8,
      height: 7,
      unit: 's',
      queries: [
        [`max by (holdfast_gate_name) (${withUnit('holdfast_gate_closed', 'seconds', OF)})`, '{{holdfast_gate_name}}'],
      ],
    },
    {
      title: 'Hedges',
      width: 8,
      height: 7,
      unit: 'cps',
      queries: [[sum('holdfast_result', rate('holdfast_hedges_total')), '{{holdfast_result}}']],
    },
  ],
  [
    {
      ...{ title: 'Bulkheads: calls that wait', width: 8, height: 7, unit: 'none' },
      queries: bulkheads((of) => of('queued')),
    },
    {
      ...{ title: 'Rate limits: calls that wait', width: 8, height: 7, unit: 'none' },
      queries: [
        [sum('holdfast_gate_name', `holdfast_gate_waiting{${OF}}`), '{{holdfast_gate_name}}'],
        [sum('holdfast_limiter_name', `holdfast_limiter_waiting{${OF}}`), '{{holdfast_limiter_name}}'],
      ],
    },
    {
      ...{ title: 'Rate limits: closings and refusals', width: 8, height: 7, unit: 'cps' },
      queries: [
        [sum('holdfast_gate_name', rate('holdfast_gate_closings_total', OF)), '{{holdfast_gate_name}} closed'],
        [sum('holdfast_limiter_name', rate('holdfast_limiter_refused_total', OF)), '{{holdfast_limiter_name}} refused'],
      ],
    },
  ],
  [
    {
      ...{ title: 'Fleet: circuits now', width: 12, height: 7, type: 'state-timeline', unit: 'short' },
      help: 'As the members last heard: 0 closed, 1 half-open, 2 open, 3 isolated. Empty without a fleet.',
      queries: [[worst('holdfast_fleet_circuit_state'), '{{holdfast_circuit_name}}']],
      mappings: STATES,
    },
    {
      ...{ title: 'Fleet: members', width: 6, height: 7, unit: 'none' },
      queries: [
        [
          `max by (holdfast_circuit_name) (holdfast_fleet_circuit_members{${CIRCUIT}})`,
          '{{holdfast_circuit_name}} present',
        ],
        [
          sum('holdfast_fleet_name', withUnit('holdfast_fleet_degraded', 'ratio', OF)),
          '{{holdfast_fleet_name}} without the store',
        ],
      ],
    },
    {
      ...{ title: 'Fleet: what members did', width: 6, height: 7, unit: 'cps' },
      help: 'alerted: trusted its own successes; seconded: voted with another member; restored: wrote a lost record again.',
      queries: [[sum('holdfast_event', rate('holdfast_fleet_circuit_events_total', CIRCUIT)), '{{holdfast_event}}']],
    },
  ],
];

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

function panels() {
  let id = 0;
  let y = 0;
  return ROWS.flatMap((row) => {
    let x = 0;
    const placed = row.map((panel) => {
      const gridPos = { x, y, w: panel.width, h: panel.height };
      x += panel.width;
      return panelOf(panel, ++id, gridPos);
    });
    if (x !== WIDTH) throw new Error(`a row is ${x} wide`);
    y += Math.max(...row.map(({ height }) => height));
    return placed;
  });
}

function panelOf({ title, type = 'timeseries', unit, max, help, queries, mappings, colors = {}, legend }, id, gridPos) {
  return {
    ...{ id, title, type, gridPos, datasource: DATASOURCE },
    ...(help && { description: help }),
    targets: queries.map(([expr, legendFormat], i) => ({
      ...{ refId: String.fromCharCode(65 + i), expr, legendFormat, datasource: DATASOURCE },
    })),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(max && { max }),
        ...(mappings && {
          color: { mode: 'thresholds' },
          mappings: [
            {
              type: 'value',
              options: Object.fromEntries(
                mappings.map(([value, text, color], index) => [value, { text, color, index }]),
              ),
            },
          ],
        }),
      },
      overrides: Object.entries(colors).map(([name, fixedColor]) => ({
        matcher: { id: 'byName', options: name },
        properties: [{ id: 'color', value: { mode: 'fixed', fixedColor } }],
      })),
    },
    options: {
      legend: { showLegend: true, ...(legend ?? { displayMode: 'list', placement: 'bottom' }) },
      ...(type === 'timeseries' ? { tooltip: { mode: 'multi' } } : { mergeValues: true, showValue: 'auto' }),
    },
  };
}

const variable = (name, label, query) => ({
  ...{ name, label, type: 'query', datasource: DATASOURCE, query: { query, refId: name }, definition: query },
  ...{ refresh: 2, multi: true, includeAll: true, allValue: '.*', current: { text: 'All', value: '$__all' } },
});

const dashboard = {
  title: 'holdfast',
  tags: ['holdfast', 'resilience'],
  schemaVersion: 39,
  editable: true,
  refresh: '10s',
  time: { from: 'now-1h', to: 'now' },
  templating: {
    list: [
      { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {} },
      variable('job', 'Job', 'label_values(holdfast_calls_total, job)'),
      variable('circuit', 'Circuit', `label_values(holdfast_circuit_refused_total{${OF}}, holdfast_circuit_name)`),
      variable('method', 'Method', `label_values(holdfast_calls_total{${OF}}, holdfast_method)`),
    ],
  },
  annotations: {
    list: [
      {
        ...{ name: 'Circuit opens', enable: true, iconColor: 'red', datasource: DATASOURCE },
        expr: `sum by (holdfast_circuit_name, holdfast_reason) (increase(holdfast_circuit_transitions_total{${CIRCUIT},holdfast_circuit_state="open"}[1m])) > 0`,
        titleFormat: '{{holdfast_circuit_name}} opened: {{holdfast_reason}}',
      },
    ],
  },
  panels: panels(),
};

const text = `${JSON.stringify(dashboard, null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.log(`${FILE} is not what scripts/grafana.js makes: run node scripts/grafana.js`);
  process.exitCode = 1;
}
