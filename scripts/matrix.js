// `npm run matrix`: every fault of spec/matrix/rows meets every method, with each openai SDK, in both decorator dialects,
// over real sockets. Writes docs/fault-matrix.md when all of it is as the rows expect; otherwise names the cells that
// differ, leak or leave something open, and ends with 1. `-- --only TEXT` sees the rows with these words in them alone.
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { canariesIn } from '../build/standard/matrix/canaries.js';
import { cellsOf, PLACES } from '../build/standard/matrix/cells.js';
import { pageOf } from '../build/standard/matrix/page.js';
import { GROUPS } from '../build/standard/matrix/rows/index.js';

const PAGE = 'docs/fault-matrix.md';
const CHILD = 'build/standard/matrix/child.js';
/** Most of the time is spent waiting, so there may be more of them than processors. */
const PROCESSES = 6;
/** The longest that a cell may take: one that never settles is named like any other that differs. */
const HANGS_MS = 60_000;
const MISUSED = 2;
const INTERRUPTED = 130;

const cells = cellsOf(GROUPS);
const { only } = flags();
const queue = cells
  .flatMap((_, cell) => PLACES.map((_, place) => ({ cell, place })))
  .filter(({ cell }) => only === undefined || mentions(cells[cell], only));
if (queue.length === 0) misused(`--only: no row has "${only}" in it`);
const total = queue.length;
// Rows that wait stand together: dealt out in another order, no process is left with all of them at the end.
queue.sort((a, b) => ((a.cell * 37) % cells.length) - ((b.cell * 37) % cells.length));

const children = new Set();
process.on('SIGINT', () => {
  for (const child of children) child.kill();
  process.exit(INTERRUPTED);
});

console.log(`${total} cells: faults × methods × openai 6 and 7 × standard and legacy decorators and CommonJS`);
const since = Date.now();
let output = '';
const first = await see(queue, PROCESSES);
const differing = first.filter(({ problems }) => problems.length > 0);
// A machine that was busy elsewhere may be late for a limit: what differs is looked at again, and nothing beside it. What
// leaked has leaked.
if (differing.length > 0) console.log(`${differing.length} cells differ and are seen again, one at a time`);
const again = await see(differing, 1);
const problems = [...first.flatMap(leaksOf), ...again.flatMap(problemsOf)];
const leaked = canariesIn(output);
if (leaked.length > 0) problems.push(`the processes' output leaks: ${leaked.join(', ')}`);
// Holdfast's own log goes there: were it silent, nothing would have been looked through.
if (only === undefined && !output.includes('"message":"retry_scheduled"')) problems.push('no log was written');

for (const problem of problems) console.log(`✖ ${problem}`);
const seconds = ((Date.now() - since) / 1000).toFixed(0);
console.log(
  problems.length > 0
    ? `✖ of ${total} cells, seen in ${seconds} s, some differ, leak or leave something open`
    : `✔ ${total} cells, seen in ${seconds} s: as expected, nothing leaked, nothing left open`,
);
if (problems.length > 0) {
  console.log(`${PAGE} is left as it is`);
  process.exitCode = 1;
} else if (only === undefined) {
  writeFileSync(PAGE, pageOf(GROUPS));
  console.log(`${PAGE} is written`);
}

/** Has the cells seen, by so many processes at a time; each report is the cell and its problems. */
async function see(assignments, processes) {
  const left = [...assignments];
  const reports = [];
  await Promise.all(Array.from({ length: Math.min(processes, left.length) }, () => work(left, reports)));
  return reports;
}

/** One process, which is handed a cell at a time until none is left. */
function work(left, reports) {
  return new Promise((resolve) => {
    // The SDK would tell all it knows if it could.
    const env = { ...process.env, OPENAI_LOG: 'debug' };
    const child = fork(CHILD, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env });
    children.add(child);
    let current;
    let timer;
    const hear = (chunk) => (output += chunk);
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.on('message', (report) => {
      if (report !== 'ready') reports.push(report);
      current = left.shift();
      clearTimeout(timer);
      timer = setTimeout(() => child.kill('SIGKILL'), HANGS_MS);
      child.send(current ?? 'done');
    });
    child.on('close', (code, signal) => {
      children.delete(child);
      clearTimeout(timer);
      const last = output.slice(-2000);
      if (current) reports.push({ ...current, problems: [`the process ended with ${code ?? signal}\n${last}`] });
      resolve();
    });
  });
}

function problemsOf(report) {
  return report.problems.map((problem) => `${nameOf(report)}: ${problem}`);
}

function leaksOf(report) {
  return problemsOf(report).filter((problem) => problem.includes(': leaks'));
}

function nameOf({ cell: number, place: at }) {
  const { group, row, method } = cells[number];
  const { sdk, dialect, module = 'import' } = PLACES[at];
  return `${group}: ${row.fault}, ${method}, openai ${sdk}, ${dialect} decorators, by ${module}`;
}

function mentions({ group, row, method }, words) {
  return `${group}: ${row.fault}, ${method}`.toLowerCase().includes(words.toLowerCase());
}

function flags() {
  try {
    return parseArgs({ options: { only: { type: 'string' } } }).values;
  } catch (mistake) {
    return misused(mistake.message);
  }
}

function misused(problem) {
  console.error(`${problem}\nusage: npm run matrix -- [--only TEXT]`);
  process.exit(MISUSED);
}
