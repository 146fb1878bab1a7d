// `npm run watch`: compiles after every change, and runs the specs of the folders in which something changed.
// `-- policies/retry` runs the specs of this folder after every change instead.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, watch } from 'node:fs';
import { dirname, join, sep } from 'node:path';

const SOURCES = ['lib', 'drill', 'spec'].filter((folder) => existsSync(folder));
/** In the order in which one reads the declarations of another. */
const PROJECTS = ['.', 'drill', 'spec'].filter((folder) => existsSync(join(folder, 'tsconfig.json')));
const LEGACY = 'spec/tsconfig.legacy.json';
/** Editors and git write several files at once. */
const SETTLE_MS = 150;
const TSC = 'node_modules/typescript/bin/tsc';
const MOCHA = 'node_modules/mocha/bin/mocha.js';
const BUNDLE = 'scripts/bundle.js';

/** The folders below spec/ that are compiled in the legacy dialect too. */
const legacyFolders = existsSync(LEGACY) ? JSON.parse(readFileSync(LEGACY, 'utf8')).include : [];
const pinned = process.argv.slice(2);
for (const folder of pinned) {
  if (specsIn(folder).length > 0) continue;
  console.error(`watch: expected a folder below spec/ that has specs, such as policies/retry, got "${folder}".`);
  process.exit(2);
}

/** Folders below spec/ whose specs have to run. */
let due = new Set(pinned);
let timer;
let isRunning = false;
let hasChanged = false;
let child;

for (const source of SOURCES) {
  const watcher = watch(source, { recursive: true }, (_, name) => name !== null && changed(join(source, name)));
  // A folder may be gone before it is looked at, as in a checkout of another branch.
  watcher.on('error', ({ message }) => console.error(`watch: ${message}`));
}
process.on('SIGINT', () => {
  child?.kill();
  process.exit(0);
});
await round();
console.log(`watching ${SOURCES.join(', ')}; Ctrl-C ends it`);

function changed(path) {
  if (!/\.[cm]?ts$/.test(path)) return;
  for (const folder of pinned.length > 0 ? pinned : [folderOf(path)]) {
    if (folder === undefined) console.log(`${path}: has no folder of specs; npm run spec runs them all`);
    else due.add(folder);
  }
  clearTimeout(timer);
  timer = setTimeout(() => void round(), SETTLE_MS);
}

/** The folder below spec/ that mirrors the folder of a source, or the nearest one above it that has specs. */
function folderOf(path) {
  const [source, ...rest] = dirname(path).split(sep);
  const folders = source === 'drill' ? ['drill'] : rest;
  for (let length = folders.length; length > 0; length--) {
    const folder = folders.slice(0, length).join('/');
    if (specsIn(folder).length > 0) return folder;
  }
  return undefined;
}

/** The specs below a folder of spec/, by the names of their sources: a compiled spec may have lost its source. */
function specsIn(folder) {
  const path = join('spec', folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.spec.ts'))
    .map((name) => join(folder, name).replace(/ts$/, 'js'));
}

/** One round at a time: a change during a round begins another one. */
async function round() {
  hasChanged = true;
  if (isRunning) return;
  isRunning = true;
  while (hasChanged) {
    hasChanged = false;
    await compileAndRun();
  }
  isRunning = false;
}

async function compileAndRun() {
  const folders = [...due];
  due = new Set();
  const legacy = folders.filter((folder) => legacyFolders.includes(folder.split('/')[0]));
  for (const project of legacy.length > 0 ? [...PROJECTS, LEGACY] : PROJECTS) {
    if ((await run(TSC, ['--project', project])) === 0 && (await bundled(project))) continue;
    // Their specs run once the mistake is mended.
    for (const folder of folders) due.add(folder);
    return;
  }
  if (folders.length === 0) return;
  console.log(`\n${folders.join(', ')}`);
  const specs = [
    ...folders.flatMap(specsIn).map((spec) => join('build/standard', spec)),
    ...legacy.flatMap(specsIn).map((spec) => join('build/legacy', spec)),
  ];
  await run(MOCHA, [...new Set(specs)]);
}

/** Other projects import the entry points as they are published. */
async function bundled(project) {
  return project !== '.' || !existsSync(BUNDLE) || (await run(BUNDLE, [])) === 0;
}

function run(program, args) {
  return new Promise((resolve) => {
    child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
    child.on('close', resolve);
  });
}
