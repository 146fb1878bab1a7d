import { stripVTControlCharacters } from 'node:util';
import { paint } from './paint.js';
import { WIDTH } from './wrap.js';

/** A column: its heading, and the side to which its cells are aligned. Default: left. */
export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
}

const GAP = '  ';

/** A table: rows under headings, each column as wide as its widest cell. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const heads = columns.map(({ head }) => paint('bold', head));
  const all = [heads, ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => widthOf(row[i]))));
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, i) => aligned(row[i] ?? '', widths[i] ?? 0, align))
      .join(GAP)
      .trimEnd();
  const fullWidth = widths.reduce((sum, width) => sum + width) + GAP.length * (columns.length - 1);
  // A row may be wider than the terminal; the horizontal line is not.
  const rule = '─'.repeat(Math.min(fullWidth, WIDTH));
  return [rule, line(heads), rule, ...rows.map(line), rule].join('\n');
}

function aligned(cell: string, width: number, align: Column['align'] = 'left'): string {
  const space = ' '.repeat(width - widthOf(cell));
  return align === 'right' ? `${space}${cell}` : `${cell}${space}`;
}

/** The width of a cell on the screen: escape codes do not count. */
function widthOf(cell = ''): number {
  return Array.from(stripVTControlCharacters(cell)).length;
}
