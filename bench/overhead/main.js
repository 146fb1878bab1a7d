// `npm run bench`: what the decorators cost. `-- --help` names its flags.
import { cpus } from 'node:os';
import { InvalidArgumentError } from 'commander';
import { table } from '../../dist/cli/terminal/table.js';
import { command } from '../support/command.js';
import { aroundMarkers, chart, markdownTable, writeBetweenMarkers } from '../support/page.js';
import { requirePeers } from '../support/peers.js';
import { run, SECTION_NAMES } from './run.js';
import { PEERS } from './subjects/index.js';

const FLAGS = [
  { flag: '--quick', what: 'a few seconds instead of a few minutes: to see that it runs, not to believe its figures' },
  { flag: '--only <section>', what: `one of ${SECTION_NAMES.join(', ')}`, parse: sectionName },
  { flag: '--alone', what: 'holdfast and what is written by hand, without the libraries it is compared with' },
  { flag: '--write', what: 'put the results into docs/benchmarks.md, in place of all that are there' },
];

await command({ name: 'bench', what: 'What the decorators cost.', flags: FLAGS }, async (options, signal) => {
  if (!options.alone) requirePeers([...new Set(PEERS.flatMap(({ peers }) => peers))]);
  if (options.write) aroundMarkers('overhead');
  console.log(
    `${options.quick ? 'A few seconds' : 'Some minutes'}: a machine that does something else makes the figures worse.`,
  );
  const tables = [];
  const marks = [];
  await run(options, signal, (found) => {
    for (const one of found.tables) console.log(`\n${one.title}. ${one.note}\n${inTerminal(one)}`);
    tables.push(...found.tables);
    marks.push(...found.marks);
  });
  const reached = {
    head: ['mark', 'measured', 'reached'],
    rows: marks.map(([what, { value, reached }]) => [what, value, reached ? 'yes' : 'no']),
  };
  if (marks.length > 0) console.log(`\nMarks\n${inTerminal(reached)}`);
  if (options.write) writeBetweenMarkers('overhead', markdownOf(tables, reached));
});

function sectionName(text) {
  if (SECTION_NAMES.includes(text)) return text;
  throw new InvalidArgumentError(`Expected one of ${SECTION_NAMES.join(', ')}.`);
}

function inTerminal({ head, rows }) {
  return table(
    head.map((head, column) => ({ head, align: column === 0 ? 'left' : 'right' })),
    rows,
  );
}

function markdownOf(tables, marks) {
  const parts = tables.map((one) => {
    const drawn = one.chart ? `\n\n${chart({ title: one.title, ...one.chart })}` : '';
    return `### ${one.title}\n\n${one.note}\n\n${markdownTable(one.head, one.rows)}${drawn}`;
  });
  return [
    `Node ${process.version} on ${cpus()[0]?.model.trim() ?? 'an unknown processor'}.`,
    `### Marks\n\n${markdownTable(marks.head, marks.rows)}`,
    ...parts,
  ].join('\n\n');
}
