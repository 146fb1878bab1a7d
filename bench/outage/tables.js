import { table } from '../../dist/cli/terminal/table.js';
import { spread } from './figures.js';

/**
 * @typedef {{ client: { id: string, name: string }, figures: readonly import('./figures.js').Figures[] }} Row
 * @typedef {{ head: readonly string[], rows: readonly (readonly string[])[] }} Cells
 */

const rounded = (digits) => (value) => value.toFixed(digits);
const percent = (value) => `${(value * 100).toFixed(1)} %`;
const seconds = (ms) => (ms === Number.POSITIVE_INFINITY ? 'never' : `${(ms / 1000).toFixed(1)} s`);
const exactly = (ms) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(2)} s`);

/** The median, and in brackets the least and the most where they differ. */
function cell(values, write) {
  const { median, least, most } = spread(values);
  const [middle, low, high] = [median, least, most].map(write);
  return low === high ? middle : `${middle} (${low} – ${high})`;
}

const of = (figures, name) => figures.map((each) => each[name]);

/** Of the oracle's useful answers, seed by seed; nothing to say where it did not take part. */
function share(rows, figures, name) {
  const oracle = rows.find(({ client }) => client.id === 'oracle');
  if (!oracle) return '–';
  return cell(
    figures.map((each, seed) => each[name] / oracle.figures[seed].useful),
    percent,
  );
}

/** In how many replays goodput never came back. */
function collapses(figures) {
  return `${figures.filter(({ fullAfterMs }) => fullAfterMs === Number.POSITIVE_INFINITY).length} of ${figures.length}`;
}

/** What the cells are. */
export function overSeeds(seeds) {
  return seeds === 1 ? 'One seed' : `Medians of ${seeds} seeds, in brackets the least and the most`;
}

/** @param {readonly Row[]} rows */
export function goodput(rows) {
  return {
    head: [
      'client',
      'useful answers a second',
      "of the oracle's",
      'without calls of the outage',
      'full goodput',
      'never',
    ],
    rows: rows.map(({ client, figures }) => [
      client.name,
      cell(of(figures, 'usefulPerSecond'), rounded(1)),
      share(rows, figures, 'useful'),
      share(rows, figures, 'usefulOutsideOutage'),
      cell(of(figures, 'fullAfterMs'), seconds),
      collapses(figures),
    ]),
  };
}

/** @param {readonly Row[]} rows */
export function cost(rows) {
  return {
    head: [
      'client',
      'requests into the outage',
      'requests wasted',
      'p50',
      'p99',
      'p50 in the outage',
      'p99 in the outage',
    ],
    rows: rows.map(({ client, figures }) => [
      client.name,
      cell(of(figures, 'intoOutage'), String),
      cell(of(figures, 'wasted'), String),
      ...['p50', 'p99', 'outageP50', 'outageP99'].map((name) => exactly(spread(of(figures, name)).median)),
    ]),
  };
}

/** @param {Cells} cells */
export function forTerminal({ head, rows }) {
  const columns = head.map((name, column) => ({ head: name, align: column === 0 ? 'left' : 'right' }));
  return table(columns, rows);
}
