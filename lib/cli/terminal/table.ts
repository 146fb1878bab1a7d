import CliTable, { type HorizontalAlignment } from 'cli-table3';
import { paint } from './paint.js';
import { WIDTH } from './wrap.js';

/** A column's heading, and the side on which its cells stand. */
export interface Column {
  readonly head: string;
  readonly align?: HorizontalAlignment;
}

/** Lines above and below only: frames around every cell would not leave room for the cells. */
const CHARS = {
  ...{ top: '─', 'top-mid': '──', 'top-left': '', 'top-right': '' },
  ...{ bottom: '─', 'bottom-mid': '──', 'bottom-left': '', 'bottom-right': '' },
  ...{ mid: '─', 'mid-mid': '──', 'left-mid': '', 'right-mid': '' },
  ...{ left: '', right: '', middle: '  ' },
};

/** Rows under headings, each column as wide as its cells need. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const drawn = new CliTable({
    chars: CHARS,
    head: columns.map(({ head }) => paint('bold', head)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  });
  drawn.push(...rows.map((row) => [...row]));
  // A row may be too long for a terminal; a line that only divides need not be.
  return drawn
    .toString()
    .replace(/ +$/gm, '')
    .replace(/^─+$/gm, (rule) => rule.slice(0, WIDTH));
}
