// `npm run clients`: every set-up of every client meets every fault, over real sockets. What was thrown is recorded under
// spec/failures/recorded/, a file for each family, and docs/clients.md is written of it. `-- --only axios` measures the
// set-ups with these words in their names alone; `-- --missing` those cells that are not recorded yet; `-- --page` judges
// anew what is recorded and writes the page alone.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FAMILIES } from './families/index.js';
import { makeCertificates } from './support/certificates.js';
import { startServers, stopServers } from './support/real-servers.js';
import { judged } from './support/judge.js';
import { faultsOf } from './support/meet.js';
import { read, write } from './support/record.js';
import { versionOf } from './support/versions.js';

const PROCESSES = 2;
const MISUSED = 2;
const INTERRUPTED = 130;
/** The longest that a cell may take, in milliseconds: a client that is still waiting then has not failed. */
const CELL_MS = 6000;
const START_MS = 20_000;

const { only, missing, page } = flags();
const folder = mkdtempSync(join(tmpdir(), 'clients-'));
const children = new Set();
let isInterrupted = false;
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
// Real servers end with this process, whoever ends it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    isInterrupted = true;
    for (const child of children) child.kill();
    void stopServers().finally(() => process.exit(INTERRUPTED));
  });

if (page) judgeAnew();
else await measure().catch(unlessInterrupted);
if (!isInterrupted && (only === undefined || page)) await writePage();

/** What is ended from outside fails in many ways, and none of them is a result. */
async function unlessInterrupted(error) {
  if (!isInterrupted) throw error;
  await new Promise(() => undefined);
}

async function measure() {
  const authority = makeCertificates(folder);
  const jobs = FAMILIES.flatMap((family) => family.setups.map((setup) => ({ family, setup }))).filter(
    ({ family, setup }) => only === undefined || `${family.name}: ${setup.name}`.includes(only),
  );
  if (jobs.length === 0) misused(`--only: no client has "${only}" in its name`);
  const records = new Map(FAMILIES.map((family) => [family.name, read(family)]));
  const left = turnsOf(jobs);
  const work = async () => {
    for (let turn = left.shift(); turn; turn = left.shift()) for (const job of turn) await one(job);
  };
  const one = async (job) => {
    const record = records.get(job.family.name);
    const recorded = record[job.setup.name]?.cells ?? {};
    const known = missing ? recorded : withoutServer(job, ports, recorded);
    const cells = await see(job, { authority, ports }, known);
    if (isInterrupted) return;
    record[job.setup.name] = { ...versionOf(job.setup), cells };
    write(job.family, record);
    const thrown = Object.values(cells).filter((cell) => 'thrown' in cell).length;
    console.log(`${job.family.name}: ${job.setup.name}: ${thrown} of ${Object.keys(cells).length} faults throw`);
  };
  const ports = await startServers([...new Set(jobs.flatMap(({ family }) => family.servers ?? []))], folder);
  const since = Date.now();
  try {
    await Promise.all(Array.from({ length: PROCESSES }, work));
  } finally {
    await stopServers();
  }
  console.log(`${jobs.length} set-ups in ${Math.round((Date.now() - since) / 1000)} s`);
}

/** Set-ups that meet real servers take turns: one of them kills connections and fills the server. */
function turnsOf(jobs) {
  const sharing = jobs.filter(({ family }) => family.servers);
  const alone = jobs.filter(({ family }) => !family.servers);
  return [...(sharing.length > 0 ? [sharing] : []), ...alone.map((job) => [job])];
}

function withoutServer({ family, setup }, ports, recorded) {
  const lacking = faultsOf(family, setup).filter(({ server }) => server && !(server in ports));
  return Object.fromEntries(lacking.filter(({ id }) => id in recorded).map(({ id }) => [id, recorded[id]]));
}

/** All cells of a set-up, in processes of their own: one that hangs is ended, and the rest go on in another. */
async function see({ family, setup }, world, known) {
  // What needs a server that is not installed stays as it was recorded elsewhere.
  const faults = faultsOf(family, setup).filter(({ id, server }) => !server || server in world.ports || id in known);
  const cells = {};
  const left = faults.filter(({ id }) => !(id in known));
  while (left.length > 0) await inChild({ family, setup }, world, left, cells);
  return Object.fromEntries(
    faults.map((fault) => [fault.id, known[fault.id] ?? judged(setup, fault, cells[fault.id])]),
  );
}

function inChild({ family, setup }, { authority, ports }, left, cells) {
  return new Promise((resolve) => {
    const child = fork(new URL('child.js', import.meta.url), [family.name, setup.name, folder], {
      // What the environment says of keys and proxies is no part of what is measured.
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        NODE_EXTRA_CA_CERTS: authority,
        AWS_EC2_METADATA_DISABLED: 'true',
        MEASURED_PORTS: JSON.stringify(ports),
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    children.add(child);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (chunk) => (said = (said + chunk).slice(-500)));
    let timer;
    const next = (limit) => {
      clearTimeout(timer);
      timer = setTimeout(() => child.kill('SIGKILL'), limit);
    };
    next(START_MS);
    child.on('message', ({ id, cell }) => {
      if (cell?.broken) throw new Error(`${setup.name}, ${id} could not be measured: ${cell.broken}`);
      if (id !== undefined) {
        cells[id] = cell;
        left.splice(
          left.findIndex((fault) => fault.id === id),
          1,
        );
      }
      next(setup.patience ?? CELL_MS);
      child.send(left[0]?.id ?? 'done');
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      children.delete(child);
      const hung = left.shift();
      if (hung) {
        cells[hung.id] = { hangs: true };
        if (signal !== 'SIGKILL') console.log(`${setup.name}, ${hung.id}: the process ended with ${code}: ${said}`);
      }
      resolve();
    });
  });
}

/** The right kinds are a matter of support/judge.js: nothing is measured for a change of them. */
function judgeAnew() {
  for (const family of FAMILIES) {
    const record = read(family);
    for (const setup of family.setups) {
      const { cells = {} } = record[setup.name] ?? {};
      for (const fault of faultsOf(family, setup)) {
        const { thrown, requests, strays } = cells[fault.id] ?? {};
        if (thrown === undefined) continue;
        const measured = { ...(requests !== undefined && { requests }), ...(strays && { strays }), thrown };
        cells[fault.id] = judged(setup, fault, measured);
      }
    }
    write(family, record);
  }
}

async function writePage() {
  const { readRecorded } = await import('../build/standard/failures/recorded/cells.js');
  const { pageOf } = await import('../build/standard/failures/recorded/page.js');
  writeFileSync('docs/clients.md', pageOf(readRecorded()));
  console.log('docs/clients.md is written');
}

function flags() {
  try {
    return parseArgs({ options: { only: { type: 'string' }, missing: { type: 'boolean' }, page: { type: 'boolean' } } })
      .values;
  } catch (mistake) {
    return misused(mistake.message);
  }
}

function misused(problem) {
  console.error(`${problem}\nusage: npm run clients -- [--only TEXT] [--missing] [--page]`);
  process.exit(MISUSED);
}
