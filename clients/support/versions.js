import { readFileSync } from 'node:fs';

/** The package of a set-up and its version, so that a recording says what it was made with. */
export function versionOf({ package: name }) {
  if (name === undefined) return { package: 'node', version: process.versions.node.split('.')[0] };
  const { version } = JSON.parse(
    readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8'),
  );
  return { package: name, version };
}
