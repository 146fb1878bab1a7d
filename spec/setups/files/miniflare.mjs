// Runs the bundled worker in workerd, without any of Node's modules.
import { readFileSync } from 'node:fs';
import { Miniflare } from 'miniflare';

const worker = new Miniflare({
  modules: [{ type: 'ESModule', path: 'worker.mjs', contents: readFileSync('worker.mjs', 'utf8') }],
  compatibilityDate: '2025-09-01',
  compatibilityFlags: process.argv.slice(2),
});
const response = await worker.dispatchFetch('http://localhost/');
console.log(await response.text());
await worker.dispose();
