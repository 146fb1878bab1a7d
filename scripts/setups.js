// `npm run setups`: installs the packed package into each set-up of spec/setups/table.js, runs the same class there and
// compares what it does. Writes docs/setups.md if all of it is as it should be. `-- --only TEXT` runs those with this
// text in their name and writes nothing. Needs the network.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SETUPS } from '../spec/setups/table.js';
import { pageOf } from '../spec/setups/page.js';

const PAGE = 'docs/setups.md';
const FILES = resolve('spec/setups/files');
const INSTALL_MS = 240_000;
const STEP_MS = 90_000;

/** What the probe says wherever it runs. */
const EXPECTED = {
  answer: 'an answer',
  calls: 6,
  isRefused: true,
  state: 'open',
  events: [
    ...['retry_scheduled', 'retry_scheduled'],
    ...['retry_scheduled', 'retry_scheduled', 'retry_gave_up', 'call_failed'],
    ...['retry_scheduled', 'retry_scheduled', 'retry_gave_up', 'circuit_opened', 'call_failed'],
    ...['circuit_refused', 'call_failed'],
  ].join(' '),
  maxAttempts: 'environment',
};

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const setups = SETUPS.filter(({ name }) => only === undefined || name.toLowerCase().includes(only.toLowerCase()));
if (setups.length === 0) {
  console.error(`--only: no set-up has "${only}" in its name`);
  process.exit(2);
}

const folder = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-setups-')));
const results = [];
try {
  const tarball = await pack();
  // One after the other: installations would take each other's time.
  for (const [number, setup] of setups.entries()) {
    const since = Date.now();
    const problem = await problemOf(setup, join(folder, String(number)), tarball);
    results.push({ name: setup.name, packages: setup.packages, problem });
    const seconds = ((Date.now() - since) / 1000).toFixed(0);
    console.log(
      `${problem === undefined ? '✔' : '✖'} ${setup.name} (${seconds} s)${problem === undefined ? '' : `\n${problem}`}`,
    );
    await rm(join(folder, String(number)), { recursive: true, force: true });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const failed = results.filter(({ problem }) => problem !== undefined);
console.log(`\n${results.length - failed.length} of ${results.length} set-ups hold`);
if (failed.length > 0) process.exitCode = 1;
else if (only === undefined) {
  await writeFile(PAGE, pageOf(results));
  console.log(`${PAGE} is written`);
}

async function pack() {
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    resolve('.'),
    STEP_MS,
  );
  return join(folder, JSON.parse(stdout)[0].filename);
}

/** What is wrong in a set-up; undefined if nothing is. */
async function problemOf(setup, at, tarball) {
  const { packages, type, files, texts = {}, steps, compares = false, hasProcess = true } = setup;
  const [project, alone] = [join(at, 'project'), join(at, 'alone')];
  const expected = hasProcess ? EXPECTED : { ...EXPECTED, maxAttempts: 'default' };
  await mkdir(alone, { recursive: true });
  for (const [to, from] of Object.entries(files)) {
    await mkdir(dirname(join(project, to)), { recursive: true });
    await cp(join(FILES, from), join(project, to));
  }
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type }));
  for (const [to, text] of Object.entries(texts)) {
    await mkdir(dirname(join(project, to)), { recursive: true });
    await writeFile(join(project, to), text);
  }
  const install = ['install', '--no-audit', '--no-fund', '--loglevel=error', tarball, ...packages];
  const installed = await run('npm', install, project, INSTALL_MS);
  if (installed.code !== 0) return `npm install: ${installed.stderr}`;
  let last = installed;
  for (const step of steps) {
    const [command, ...args] = step.alone ?? step;
    const cwd = step.alone ? alone : project;
    last = await run(command.includes('/') ? join(project, command) : command, args, cwd, STEP_MS, {
      EXPECTED: JSON.stringify(expected),
    });
    if (last.code !== 0) return `${command} ${args.join(' ')}: ended with ${last.code}\n${last.stdout}${last.stderr}`;
  }
  if (compares) return undefined;
  return differenceOf(last, expected, hasProcess);
}

function differenceOf({ stdout, stderr }, expected, hasProcess) {
  const said = stdout.trim().split('\n').at(-1) ?? '';
  if (said !== JSON.stringify(expected)) return `expected ${JSON.stringify(expected)}\ngot      ${said}\n${stderr}`;
  const logged = stderr.split('\n').filter((line) => line.includes('"message":"circuit_opened"'));
  return hasProcess && logged.length !== 1 ? `expected one line of log about the circuit, got\n${stderr}` : undefined;
}

/** Runs a program to its end, or to the end of its time. */
function run(command, args, cwd, timeout, more = {}) {
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    RETRY_MAX_ATTEMPTS: '3',
    CI: 'true',
    NO_COLOR: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    ...more,
  };
  return new Promise((done) => {
    const options = { cwd, env, timeout, killSignal: 'SIGKILL', maxBuffer: 2 ** 24 };
    execFile(command, args, options, (error, stdout, stderr) => {
      const why = error?.killed ? `stopped after ${timeout / 1000} s\n` : '';
      done({ code: error === null ? 0 : (error.code ?? 1), stdout, stderr: why + stderr });
    });
  });
}
