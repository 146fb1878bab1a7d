// The entry points of the package, as package.json lists them: `{ export: './openai', name: 'openai/index' }`.
import { readFileSync } from 'node:fs';

const ESM = './dist/esm/';

/** @returns {{ export: string, name: string }[]} `name` is the file below lib/, dist/, dist/esm/ and dist/cjs/ without its extension */
export function entryPoints() {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([path, { import: target }]) => ({
      export: path,
      name: target.default.slice(ESM.length).replace(/\.js$/, ''),
    }));
}
