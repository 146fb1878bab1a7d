// `npm test`: every check in turn. All of them run, so that one look shows everything that is wrong; the last line is
// how many specs passed and failed.
import { spawn } from 'node:child_process';

const STEPS = [
  ['build', 'the library compiles (tsc)'],
  ['format:check', 'the code is formatted (biome)'],
  ['types', 'specs and type tests compile in both dialects (tsc)'],
  ['lint', 'no floating promise, no import against the layers (oxlint)'],
  ['unused', 'nothing is unused: files, exports, dependencies (knip)'],
  ['api:check', 'the public surface is the one in spec/api (api-extractor)'],
  ['coverage', 'specs, documentation, examples and the packed package (mocha, c8)'],
];

/** Nothing that follows means anything when the library does not compile. */
const FIRST = 'build';

const TALLY = /^\d+ passed, \d+ failed$/m;
/** A spec that keeps a socket or a timer open keeps mocha waiting for it. */
const TOO_LONG_MS = 13 * 60_000;

const failed = [];
let tally = '0 passed, 0 failed';

for (const [script, meaning] of STEPS) {
  const isSpecs = script === 'coverage';
  if (isSpecs) console.log(`… ${script}: ${meaning}`);
  const since = Date.now();
  const { code, output } = await run(
    script,
    isSpecs ? (line) => TALLY.test(line) || process.stdout.write(line) : () => {},
  );
  tally = TALLY.exec(output)?.[0] ?? tally;
  const seconds = ((Date.now() - since) / 1000).toFixed(1);
  if (code === 0) {
    console.log(`✔ ${script}: ${meaning} (${seconds} s)`);
    continue;
  }
  failed.push(script);
  if (!isSpecs) process.stdout.write(output);
  console.log(`✖ ${script} failed: npm run ${script} (${seconds} s)`);
  if (script === FIRST) break;
}

if (failed.length > 0) console.log(`\n✖ failed: ${failed.join(', ')}`);
console.log(`\n${tally}`);
process.exitCode = failed.length > 0 ? 1 : 0;

/**
 * @param {string} script
 * @param {(line: string) => unknown} tell
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function run(script, tell) {
  return new Promise((resolve) => {
    // Without their `pre` scripts, which would build what has been built.
    const args = ['run', '--silent', '--ignore-scripts', script];
    const child = spawn('npm', args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: TOO_LONG_MS });
    let output = '';
    let line = '';
    const hear = (chunk) => {
      output += chunk;
      line += chunk;
      const end = line.lastIndexOf('\n') + 1;
      for (const whole of line.slice(0, end).match(/.*\n/g) ?? []) tell(whole);
      line = line.slice(end);
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.on('close', (code) => resolve({ code, output }));
  });
}
