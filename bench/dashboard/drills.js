// The drill of `npm start`, with a viewer of its live view and without. Callers of the drill do not wait for each other:
// while the processor has time left, calls a second stay the same, and CPU time for each call shows what a viewer costs.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { part, turned } from './parts.js';

const SECONDS = '20';
const DRILL = fileURLToPath(new URL('../../build/drill/main.js', import.meta.url));
const REPORT = new URL('report.js', import.meta.url).href;

/** What is compared; all are compared with the first. */
export const ONE_VIEWER = 'live view, one viewer';
export const ARMS = ['no live view', 'no live view, again', 'live view, nobody looks', ONE_VIEWER];

/** Calls a second and CPU milliseconds a call of each run, by arm. */
export async function drills(runs, signal) {
  const found = Object.fromEntries(ARMS.map((arm) => [arm, []]));
  for (let run = 0; run < runs && !signal.aborted; run++)
    for (const arm of turned(ARMS, run)) found[arm].push(await drill(arm, signal));
  return found;
}

async function drill(arm, signal) {
  const flags = arm.startsWith('live view') ? ['--dashboard'] : [];
  const child = fork(DRILL, ['--seconds', SECONDS, ...flags], {
    ...{ execArgv: ['--import', REPORT], stdio: ['ignore', 'pipe', 'inherit', 'ipc'], signal },
  });
  const reported = new Promise((resolve, reject) => {
    child.once('message', resolve).once('error', reject);
    child.once('exit', (code) => reject(new Error(`The drill has ended with ${code} before its report.`)));
  });
  const output = await Promise.race([reported, healthy(child.stdout)]);
  const [url] = /http:\/\/\S+#\S+/.exec(output) ?? [];
  const viewer = arm === ONE_VIEWER ? await part('viewer.js', url) : undefined;
  try {
    await viewer?.ask('open');
    child.send('begin');
    return await reported;
  } finally {
    viewer?.end();
  }
}

/** What the drill prints until its first phase: the address of its live view is in it. */
function healthy(stdout) {
  return new Promise((resolve) => {
    let text = '';
    stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('healthy:')) resolve(text);
    });
  });
}
