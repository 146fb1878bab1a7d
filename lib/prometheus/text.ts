import { BOUNDS_S } from '../call/durations.js';
import type { Attributes } from '../metrics/metric.js';
import { ofMethod, OUTCOME } from '../metrics/metric.js';
import { CALL_DURATION, METRICS } from '../metrics/table.js';
import type { Inspection } from '../runtime/inspection.js';

export type Labels = Readonly<Record<string, string | number>>;

/** One line of a metric. */
export interface Sample {
  /** The metric's name, or that of a part of a histogram. */
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** A metric as Prometheus has it. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly read: (inspection: Inspection) => Sample[];
}

/** All metrics, the histogram of calls with these bounds. */
export function families(bounds: readonly number[] = BOUNDS_S, hasDurations = true): Family[] {
  const plain = METRICS.map(
    ({ prometheus: name, help, kind, read }): Family => ({
      name,
      help,
      type: kind === 'counter' ? 'counter' : 'gauge',
      read: (inspection) =>
        read(inspection).map(({ attributes, value }) => ({ name, labels: labelsOf(attributes), value })),
    }),
  );
  return hasDurations ? [...plain, durations(bounds)] : plain;
}

function durations(bounds: readonly number[]): Family {
  const { prometheus: name, help } = CALL_DURATION;
  return {
    ...{ name, help, type: 'histogram' },
    read: ({ methods }) =>
      methods.flatMap((stats) =>
        (stats.durations ?? []).flatMap(({ outcome, counts, sum }) => {
          const labels = labelsOf({ ...ofMethod(stats), [OUTCOME]: outcome });
          const below = (bound: number): number =>
            counts.slice(0, BOUNDS_S.indexOf(bound) + 1).reduce((total, count) => total + count, 0);
          const count = counts.reduce((total, one) => total + one, 0);
          return [
            ...bounds.map((le) => ({ name: `${name}_bucket`, labels: { ...labels, le }, value: below(le) })),
            { name: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
            { name: `${name}_sum`, labels, value: sum },
            { name: `${name}_count`, labels, value: count },
          ];
        }),
      ),
  };
}

/** Labels as OpenTelemetry's exporters translate attributes. */
function labelsOf(attributes: Attributes): Labels {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.replaceAll('.', '_'), `${value}`]));
}

/** The text format 0.0.4. */
export function textOf(all: readonly Family[], inspection: Inspection): string {
  return all.map((family) => familyText(family, inspection)).join('');
}

function familyText({ name, help, type, read }: Family, inspection: Inspection): string {
  const lines = read(inspection).map(({ name: line, labels, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(String(text))}"`);
    return `${line}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
