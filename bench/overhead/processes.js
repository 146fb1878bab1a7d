import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './measure.js';

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));
/** A young generation that holds a whole round, so that rounds are not timed with somebody's garbage. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128', '--no-warnings'];

/** What a section's `work` finds, in a process that has seen nothing else. */
export function inProcess(section, args, signal) {
  return new Promise((resolve, reject) => {
    const options = { signal, maxBuffer: 2 ** 26, env: { PATH: process.env.PATH } };
    const given = [...FLAGS, CHILD, section, JSON.stringify(args)];
    execFile(process.execPath, given, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${given.slice(-2).join(' ')}: ${stderr}`, { cause: error }));
      else resolve(JSON.parse(stdout));
    });
  });
}

/**
 * Rounds by subject, and bytes a call by subject.
 * @typedef {{ times: Record<string, number[]>, bytes: Record<string, number> }} Timed
 *
 * The rounds of several processes, one after the other, as if they were one's.
 * @returns {Promise<Timed>}
 */
export async function inProcesses(count, section, args, signal) {
  const runs = [];
  for (let i = 0; i < count; i++) runs.push(await inProcess(section, args, signal));
  const byName = (key, join) =>
    Object.fromEntries(Object.keys(runs[0][key]).map((name) => [name, join(runs.map((run) => run[key][name]))]));
  return { times: byName('times', (times) => times.flat()), bytes: byName('bytes', median) };
}
