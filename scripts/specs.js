// Runs the specs in processes of their own, dialect by dialect, so that a limiter or a circuit that one group names is
// not the one another group has used. Arguments are handed to mocha: `npm run spec -- --grep fleet`. The last line is
// the sum of what passed and failed.
import { spawn } from 'node:child_process';

const GROUPS = [
  ['build/legacy/**/*.spec.js'],
  ['build/standard/**/*.spec.js', '--ignore', 'build/standard/{fleet,dashboard,observability,otel,prometheus}/**'],
  // The live view and the exporters show all that a process has used: here not thousands of other specs' methods.
  ['build/standard/{dashboard,observability,otel,prometheus}/**/*.spec.js'],
  ['build/standard/fleet/**/*.spec.js'],
];
const TALLY = /^(\d+) passed, (\d+) failed\n?$/m;

let passed = 0;
let failed = 0;
let code = 0;
for (const group of GROUPS) {
  const ended = await mocha([...group, ...process.argv.slice(2)]);
  const [, good, bad] = TALLY.exec(ended.output) ?? [];
  passed += Number(good ?? 0);
  failed += Number(bad ?? 0);
  // A group that ended without a tally has not run.
  if (ended.code !== 0 || good === undefined) code = 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = code;

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
