import { expect } from 'chai';
import * as holdfast from '#lib/index.js';
import { readPage, tableUnder } from './support/pages.js';

const README = readPage('README.md');
const BENCHMARKS = readPage('docs/benchmarks.md');

/** The cell of a table of the benchmarks, by its section, the head of its column and the beginning of its row. */
function measured(section: string, column: string, row: string): string {
  const text = BENCHMARKS.text.slice(BENCHMARKS.text.search(new RegExp(`^#+ ${section}$`, 'm')));
  const tables = text.split(/\n#+ /)[0]?.match(/^\|.*\|$(?:\n^\|.*\|$)*/gm) ?? [];
  const cells = tables.map((table) => table.split('\n').map((line) => line.split('|').map((cell) => cell.trim())));
  const table = cells.find(([head]) => head?.includes(column));
  const cell = table?.find(([, name]) => name === row)?.[table[0]?.indexOf(column) ?? -1];
  if (cell === undefined) throw new Error(`docs/benchmarks.md has no ${column} of ${row} under ${section}`);
  return cell.replace(/ \(.*/, '');
}

describe('README', () => {
  it('has one line for each decorator, and a page behind it', () => {
    const decorators = Object.entries(holdfast)
      .filter(([name, value]) => /^[A-Z]/.test(name) && typeof value === 'function' && !name.endsWith('Error'))
      .map(([name]) => name);
    const rows = tableUnder(README, 'holdfast');
    const told = rows.map(([cell]) => /^\[`@(\w+)\(\)`\]\(docs\/[\w-]+\.md\)$/.exec(cell ?? '')?.[1]);
    expect(told).to.have.members(decorators);
  });

  it('has the figures of the benchmarks and of the fault matrix, each with a command that makes it', () => {
    const requests = (client: string): string => measured('Outage: lost', 'requests into the outage', client);
    const healthy = (client: string): string => measured('Healthy path', 'ns a call', client);
    const faults = readPage('docs/fault-matrix.md').text.match(/^\| (?!fault |---).*\|$/gm) ?? [];
    expect(tableUnder(README, 'An outage of half a minute').map(([, ...rest]) => rest)).to.deep.equal([
      [requests('holdfast'), `${requests('openai SDK')} by the retries of the openai SDK`, '`npm run bench:outage`'],
      [
        `${healthy('holdfast, both decorators')} ns`,
        `${healthy('hand-written loop')} ns for a loop by hand, ${healthy('cockatiel 4')} ns for cockatiel 4`,
        '`npm run bench`',
      ],
      [String(faults.length), '', '`npm run matrix`'],
    ]);
  });

  it('has fewer than 200 lines', () => {
    expect(README.text.trimEnd().split('\n')).to.have.lengthOf.below(200);
  });
});
