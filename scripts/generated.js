// A file that a script makes: with --update it is written, else it is compared and the script fails if it is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const isUpdate = process.argv.includes('--update');

/**
 * @param {string} path
 * @param {string} text
 * @param {string} command what writes the file
 */
export function generated(path, text, command) {
  if (isUpdate) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.log(`${path} is stale: run "${command}".`);
    process.exitCode = 1;
  }
}
