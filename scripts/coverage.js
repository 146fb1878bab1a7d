// Runs the specs under c8; arguments are handed to it. `npm run coverage -- --reporter=html` writes pages to browse.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What is published is made of the modules that are counted. */
const PUBLISHED = ['dist/esm/**', 'dist/cjs/**'];
const modules = ['dist', 'build/drill'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => !/^dist\/(esm|cjs)\//.test(name)),
);

// Coverage counts modules that no spec loads. A module with nothing but types is never loaded: imports of types vanish.
const typesOnly = modules.filter((name) => /^export \{\};\n(\/\/.*\n?)*$/.test(code(name)));

const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/c8/bin/c8.js',
    ...[...PUBLISHED, ...typesOnly].map((name) => `--exclude=${name}`),
    ...process.argv.slice(2),
    process.execPath,
    'scripts/specs.js',
  ],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;

/** @param {string} name */
function code(name) {
  return readFileSync(name, 'utf8').replace(/^\/\/.*\n/gm, '');
}
