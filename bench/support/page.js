// The pages that the benchmarks write their results into, each between markers of its own.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Misuse } from './command.js';

const PATH = 'docs/benchmarks.md';
const fileOf = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * Puts text between `<!-- name -->` and `<!-- /name -->`.
 * @throws {Misuse} when the page has no such markers
 */
export function writeBetweenMarkers(name, text, path = PATH) {
  const [before, after] = aroundMarkers(name, path);
  writeFileSync(fileOf(path), `${before}\n${text.trim()}\n\n${after}`);
}

/**
 * What stands before and behind: to be asked for before the work, whose results would otherwise be lost.
 * @throws {Misuse} when the page has no such markers
 */
export function aroundMarkers(name, path = PATH) {
  const file = fileOf(path);
  const page = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Misuse(`expected ${begin.trim()} and ${end} in ${path}`);
  return [page.slice(0, from + begin.length), page.slice(to)];
}

/** Rows under headings, the first column to the left and the others to the right. */
export function markdownTable(head, rows) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return [row(head), `|${head.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`, ...rows.map(row)].join(
    '\n',
  );
}

/** A curve, as GitHub draws it. */
export function chart({ title, x, y, lines }) {
  const values = lines.flat();
  const most = Math.ceil(Math.max(...values) * 1.1);
  return [
    '```mermaid',
    'xychart-beta',
    `  title "${title}"`,
    `  x-axis "${x.title}" [${x.values.map((value) => `"${value}"`).join(', ')}]`,
    `  y-axis "${y}" 0 --> ${most}`,
    ...lines.map((line) => `  line [${line.map((value) => Math.round(value)).join(', ')}]`),
    '```',
  ].join('\n');
}
