import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Package {
  readonly root: string;
  readonly version: string;
}

let cached: Package | undefined;

/** The folder and version of holdfast's package.json, in a clone or in `node_modules`. */
export function ownPackage(): Package {
  cached ??= search(dirname(fileURLToPath(import.meta.url)));
  return cached;
}

function search(folder: string): Package {
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest)) {
    const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string; version?: string };
    if (name === 'holdfast') return { root: folder, version: version ?? '' };
  }
  const parent = dirname(folder);
  if (parent === folder) {
    throw new Error('holdfast was moved out of its package: no folder above it has the package.json of holdfast.');
  }
  return search(parent);
}
