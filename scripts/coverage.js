// Runs the specs, and shows what they covered if all have passed. Arguments are handed to c8: `npm run coverage --
// --reporter=html` writes pages to browse.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';

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

const counted = resolve('build/coverage');
rmSync(counted, { recursive: true, force: true });
process.exitCode = node(['scripts/specs.js'], { NODE_V8_COVERAGE: counted });
if (process.exitCode === 0) {
  const excluded = [...PUBLISHED, ...typesOnly].map((name) => `--exclude=${name}`);
  process.exitCode = node(['node_modules/c8/bin/c8.js', 'report', ...excluded, ...process.argv.slice(2)]);
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
function node(args, env = {}) {
  return spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1;
}

/** @param {string} name */
function code(name) {
  return readFileSync(name, 'utf8').replace(/^\/\/.*\n/gm, '');
}
