import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { growth } from './sections/growth.js';
import { imports } from './sections/imports.js';
import { memory } from './sections/memory.js';
import { paths } from './sections/paths.js';
import { policies } from './sections/policies.js';

/**
 * What a section is given.
 * @typedef {object} Bench
 * @property {(section: string, args: object) => Promise<any>} child runs a section's `work` in a process of its own
 * @property {{ rounds: number, calls: number }} size
 * @property {boolean} alone without the peers
 * @property {boolean} isQuick
 *
 * @typedef {object} Table
 * @property {string} title
 * @property {string} note
 * @property {string[]} head
 * @property {string[][]} rows
 * @property {object} [chart]
 *
 * @typedef {{ tables: Table[], marks: [what: string, { value: string, reached: boolean }][] }} Found
 */

const SECTIONS = { paths, policies, memory, imports, growth };

export const SECTION_NAMES = Object.keys(SECTIONS);

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));
/** A young generation that holds a whole round, so that rounds are not timed with somebody's garbage. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128', '--no-warnings'];

/**
 * Runs sections one after the other, for two at a time would disturb each other.
 * @param {{ only?: string, quick?: boolean, alone?: boolean }} options
 * @param {(found: Found) => void} tell called with what each has found
 */
export async function run({ only, quick: isQuick = false, alone = false }, signal, tell) {
  const size = isQuick ? { rounds: 5, calls: 2000 } : { rounds: 50, calls: 10_000 };
  const child = (section, args) => inChild([section, JSON.stringify(args)], signal);
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (only === undefined || only === name) tell(await section({ child, size, alone, isQuick }));
  }
}

function inChild(args, signal) {
  return new Promise((resolve, reject) => {
    const options = { signal, maxBuffer: 2 ** 26, env: { PATH: process.env.PATH } };
    execFile(process.execPath, [...FLAGS, CHILD, ...args], options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${args.join(' ')}: ${stderr}`, { cause: error }));
      else resolve(JSON.parse(stdout));
    });
  });
}
