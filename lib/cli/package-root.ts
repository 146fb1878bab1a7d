import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Package {
  readonly root: string;
  readonly version: string;
}

let found: Package | undefined;

/** The folder of holdfast's own package.json, in a clone and in `node_modules`, and the version in it. */
export function ownPackage(): Package {
  found ??= search(dirname(fileURLToPath(import.meta.url)));
  return found;
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
