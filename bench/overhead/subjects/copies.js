// Copies of the library that know nothing of each other, some of them without a part of it: what that part costs is the
// ratio of two of them in one process. Two copies that are alike are the control.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const path = (to) => fileURLToPath(new URL(`../../../${to}`, import.meta.url));
const LIBRARY = path('dist');
const COPIES = path('build/visibility');

/** A part of the library: the files that it is in, how it reads there, and what replaces it. */
const COUNTERS = { files: /^call[\\/]/, code: /(?:\w+\.)*stats\.(?:started|attempts|succeeded) \+= 1/g, by: 'void 0' };
const CHANNEL = { files: /^telemetry[\\/]telemetry\.js$/, code: / \|\| hasSubscribers\(\)/g, by: '' };

/** The first one that is called pays for what the engine learns of all: nobody looks at it. */
export const FIRST = 'first';

/** Each copy, and what it is without. */
export const COPIED = {
  [FIRST]: undefined,
  whole: undefined,
  control: undefined,
  'without counters': COUNTERS,
  'without the channel': CHANNEL,
  'with exporters': undefined,
  'with durations, OpenTelemetry': undefined,
  'with durations, Prometheus': undefined,
};

/** Writes the copies. */
export function writeCopies() {
  rmSync(COPIES, { recursive: true, force: true });
  const files = readdirSync(LIBRARY, { recursive: true }).filter((file) => isLibrary(file));
  for (const [name, part] of Object.entries(COPIED)) {
    let replaced = 0;
    for (const file of files) {
      const target = join(COPIES, folderOf(name), file);
      mkdirSync(dirname(target), { recursive: true });
      // Each copy has a state of its own: what one exports is not measured in the others.
      const code = readFileSync(join(LIBRARY, file), 'utf8').replace("'holdfast.state'", `'holdfast.state ${name}'`);
      const own = part?.files.test(file) ? code.replace(part.code, () => (replaced++, part.by)) : code;
      writeFileSync(target, own);
    }
    if (part && replaced === 0) throw new Error(`${name}: nothing was replaced`);
  }
  cpSync(join(LIBRARY, '../package.json'), join(COPIES, 'package.json'));
}

/** A module of a copy. */
export function moduleOf(name, file) {
  return import(pathToFileURL(join(COPIES, folderOf(name), file)).href);
}

const folderOf = (name) => name.replaceAll(/\W+/g, '-');

function isLibrary(file) {
  return file.endsWith('.js') && !['esm', 'cjs', 'cli', 'testing'].includes(file.split(sep)[0]);
}
