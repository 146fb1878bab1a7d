import { inProcess, inProcesses } from './processes.js';
import { fleet } from './sections/fleet.js';
import { growth } from './sections/growth.js';
import { imports } from './sections/imports.js';
import { limits } from './sections/limits.js';
import { memory } from './sections/memory.js';
import { open } from './sections/open.js';
import { paths } from './sections/paths.js';
import { policies } from './sections/policies.js';
import { streams } from './sections/streams.js';
import { visibility } from './sections/visibility.js';

/**
 * What a section is given.
 * @typedef {object} Bench
 * @property {(section: string, args: object) => Promise<any>} child runs a section's `work` in a process of its own
 * @property {(section: string, args: object) => Promise<import('./processes.js').Timed>} children the same in three
 * processes, for in each the engine comes to decisions of its own
 * @property {number} rounds
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

const SECTIONS = { paths, open, policies, limits, fleet, streams, memory, imports, growth, visibility };

export const SECTION_NAMES = Object.keys(SECTIONS);

/**
 * Runs sections one after the other, for two at a time would disturb each other.
 * @param {{ only?: string, quick?: boolean, alone?: boolean }} options
 * @param {(found: Found) => void} tell called with what each has found
 */
export async function run({ only, quick: isQuick = false, alone = false }, signal, tell) {
  const child = (section, args) => inProcess(section, args, signal);
  const children = (section, args) => inProcesses(isQuick ? 1 : 3, section, args, signal);
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (only === undefined || only === name)
      tell(await section({ child, children, rounds: isQuick ? 20 : 200, alone, isQuick }));
  }
}
