// Runs the specs in processes of their own, dialect by dialect, so that a limiter or a circuit that one group names is
// not the one another group has used. Two run at a time. Arguments are handed to mocha: `npm run spec -- --grep fleet`.
// What failed is told by its process, and again at the end of all; the last line is the sum of what passed and failed.
import { spawn } from 'node:child_process';

// The live view and the exporters show all that a process has used: there not thousands of other specs' methods.
const APART = ['{dashboard,observability,otel,prometheus}', 'fleet', '{bench,drill}'];
const GROUPS = [
  ['build/standard/**/*.spec.js', ...APART.flatMap((folders) => ['--ignore', `build/standard/${folders}/**`])],
  ['build/legacy/**/*.spec.js'],
  ...APART.map((folders) => [`build/standard/${folders}/**/*.spec.js`]),
];
const AT_A_TIME = 2;
const TALLY = /^(\d+) passed, (\d+) failed\n?$/m;
const FAILURES = /^ {2}1\) .*\n[^]*(?=^\d+ passed, \d+ failed$)/m;

let passed = 0;
let failed = 0;
let code = 0;
let failures = '';
const waiting = [...GROUPS];
await Promise.all(Array.from({ length: AT_A_TIME }, runInTurn));
if (failures !== '') console.log(`\n${failures}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = code;

async function runInTurn() {
  for (let group = waiting.shift(); group; group = waiting.shift()) {
    const ended = await mocha([...group, ...process.argv.slice(2)]);
    const [, good, bad] = TALLY.exec(ended.output) ?? [];
    passed += Number(good ?? 0);
    failed += Number(bad ?? 0);
    failures += FAILURES.exec(ended.output)?.[0] ?? '';
    // A group that ended without a tally has not run.
    if (ended.code !== 0 || good === undefined) code = 1;
  }
}

/**
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function mocha(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
      process.stdout.write(chunk.replace(TALLY, ''));
    });
    child.on('close', (code) => resolve({ code, output }));
  });
}
