import { table } from '../../dist/cli/terminal/table.js';
import { spread } from '../outage/figures.js';

/**
 * @typedef {{ client: { id: string, name: string }, figures: readonly import('./figures.js').Figures[] }} Row
 * @typedef {{ scenario: import('./scenario.js').Scenario, rows: readonly Row[] }} Section
 */

const percent = (value) => `${(value * 100).toFixed(1)} %`;
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** The median, and in brackets the least and the most if they differ. */
function cell(values, write) {
  const [median, least, most] = ['median', 'least', 'most'].map((which) => write(spread(values)[which]));
  return least === most ? median : `${median} (${least} – ${most})`;
}

/** Useful answers as a share of what the limit allows, which is what the oracle gets; nothing if it did not take part. */
export function sharesOf(rows, figures) {
  const oracle = rows.find(({ client }) => client.id === 'oracle');
  return oracle && figures.map(({ useful }, seed) => useful / oracle.figures[seed].useful);
}

/** @param {readonly Row[]} rows */
export function cells(rows) {
  return {
    head: ['client', 'useful, of what is allowed', 'refused, of the requests', 'useful for each request', 'mean wait'],
    rows: rows.map(({ client, figures }) => {
      const of = (name) => figures.map((each) => each[name]);
      const shares = sharesOf(rows, figures);
      return [
        client.name,
        shares ? cell(shares, percent) : '–',
        cell(of('refusedShare'), percent),
        cell(of('usefulPerRequest'), (value) => value.toFixed(2)),
        cell(of('meanWaitMs'), seconds),
      ];
    }),
  };
}

/** @param {ReturnType<typeof cells>} cells */
export function forTerminal({ head, rows }) {
  const columns = head.map((name, column) => ({ head: name, align: column === 0 ? 'left' : 'right' }));
  return table(columns, rows);
}
