// `npm run bench:dashboard`: what one viewer of the live view costs a process that is busy. `-- --help` names its flags.
// Slices with a viewer, without one, and without one again (the control) take turns in one process. The measure is
// calls for each second of CPU time of this process, so that what else the machine does counts little.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CircuitProtected, ConcurrencyLimited, configure, RetryOnTransient } from '../../dist/index.js';
import { serveDashboard } from '../../dist/dashboard/index.js';
import { command, whole } from '../support/command.js';
import { markdownTable } from '../support/page.js';

const WORKERS = 8;
const MOST_LOST = 0.01;
const ARMS = ['without', 'with', 'control'];

const FLAGS = [
  { flag: '--rounds <n>', what: 'slices of each kind; by default 20', parse: whole(1, 500), fallback: 20 },
  { flag: '--failing <percent>', what: 'requests that fail; by default 15', parse: whole(0, 100), fallback: 15 },
  { flag: '--slice <ms>', what: 'how long a slice is; by default 1500', parse: whole(100, 60_000), fallback: 1500 },
];

await command(
  { name: 'npm run bench:dashboard --', what: 'Measures what a viewer of the live view costs.', flags: FLAGS },
  async ({ rounds, slice, failing }, signal) => {
    configure({ settings: { log: { level: 'silent' }, retry: { minWait: '1ms', maxWait: '5ms' } } });
    const upstream = await part('upstream.js', String(failing / 100));
    const served = await serveDashboard();
    const viewer = await part('viewer.js', served.url);
    const ask = methods(upstream.ready);
    try {
      await measured(ask, slice);
      const ratios = { with: [], control: [] };
      for (let round = 0; round < rounds && !signal.aborted; round++) {
        const rates = {};
        // Each round begins with another one, so that none is always the first.
        for (const arm of ARMS.map((_, i) => ARMS[(i + round) % ARMS.length])) {
          await viewer.ask(arm === 'with' ? 'open' : 'close');
          rates[arm] = await measured(ask, slice);
        }
        ratios.with.push(rates.with / rates.without);
        ratios.control.push(rates.control / rates.without);
      }
      const rows = [
        ['one viewer', ...quartiles(ratios.with)],
        ['nobody, again', ...quartiles(ratios.control)],
      ];
      console.log(markdownTable(['calls per CPU second, ÷ those without a viewer', 'q1', 'median', 'q3'], rows));
      return median(ratios.with) >= 1 - MOST_LOST ? 0 : 1;
    } finally {
      viewer.end();
      upstream.end();
      await served.close();
    }
  },
);

/** Five methods that ask the upstream in turn. */
function methods(url) {
  const made = Array.from({ length: 5 }, (_, i) => {
    const name = `Service.method${i}`;
    const body = {
      [name]: async () => {
        const response = await fetch(url);
        const text = await response.text();
        if (!response.ok) throw Object.assign(new Error('failed'), { status: response.status });
        return text;
      },
    }[name];
    const bounded = ConcurrencyLimited({ limit: 20 })(body);
    return CircuitProtected({ circuit: `circuit-${i}`, failureThreshold: 1000 })(RetryOnTransient()(bounded));
  });
  let next = 0;
  return () => made[next++ % made.length]().catch(() => undefined);
}

/** Calls for each second of CPU time. */
async function measured(ask, ms) {
  const until = performance.now() + ms;
  const before = process.cpuUsage();
  let calls = 0;
  const worker = async () => {
    for (; performance.now() < until; calls++) await ask();
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  const { user, system } = process.cpuUsage(before);
  return calls / ((user + system) / 1e6);
}

/** A process of its own, whose work is not counted. */
async function part(file, argument) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [argument]);
  const answer = () => new Promise((resolve) => child.once('message', resolve));
  return {
    ready: await answer(),
    ask(what) {
      const answered = answer();
      child.send(what);
      return answered;
    },
    end: () => child.disconnect(),
  };
}

function quartiles(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.25, 0.5, 0.75].map((part) => sorted[Math.floor((sorted.length - 1) * part)].toFixed(3));
}

function median(values) {
  return Number(quartiles(values)[1]);
}
