import { BOUNDS_S } from '../call/durations.js';
import type { Attributes } from '../metrics/metric.js';
import { ofMethod, OUTCOME } from '../metrics/metric.js';
import { CALL_DURATION, METRICS } from '../metrics/table.js';
import type { Inspection } from '../runtime/inspection.js';

export type Labels = Readonly<Record<string, string | number>>;

/** One line in the text of a metric. */
export interface Sample {
  /** The name of the metric, or of a part of a histogram. */
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** A metric in Prometheus' form. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly read: (inspection: Inspection) => Sample[];
}

/** All metrics. `bounds` are those of the histogram of calls. */
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
          let count = 0;
          const below = counts.map((one) => (count += one));
          return [
            ...bounds.map((le) => {
              return {
                name: `${name}_bucket`,
                labels: { ...labels, le },
                value: below[BOUNDS_S.indexOf(le)] as number,
              };
            }),
            { name: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
            { name: `${name}_sum`, labels, value: sum },
            { name: `${name}_count`, labels, value: count },
          ];
        }),
      ),
  };
}

/** A cache: the label's name for each attribute's name. There are few names and many series. */
const names = new Map<string, string>();

/** Translates attributes to labels, in the same way as OpenTelemetry's exporters. */
function labelsOf(attributes: Attributes): Labels {
  const labels: Record<string, string> = {};
  for (const [attribute, value] of Object.entries(attributes)) {
    let name = names.get(attribute);
    if (name === undefined) names.set(attribute, (name = attribute.replaceAll('.', '_')));
    labels[name] = String(value);
  }
  return labels;
}

/** The text format 0.0.4. */
export function textOf(all: readonly Family[], inspection: Inspection): string {
  return all.map((family) => familyText(family, inspection)).join('');
}

function familyText({ name, help, type, read }: Family, inspection: Inspection): string {
  let text = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  for (const { name: line, labels, value } of read(inspection)) text += `${line}${labelText(labels)} ${value}\n`;
  return text;
}

function labelText(labels: Labels): string {
  let text = '';
  for (const name in labels) text += `${text === '' ? '{' : ','}${name}="${escaped(String(labels[name]))}"`;
  return text === '' ? '' : `${text}}`;
}

const SPECIAL = /[\\"\n]/;

function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
