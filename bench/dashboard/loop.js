// A loop that calls as fast as it can, with a viewer and without: there is no time left, so each microsecond counts.
import { CircuitProtected, ConcurrencyLimited, configure, RetryOnTransient } from '../../dist/index.js';
import { serveDashboard } from '../../dist/dashboard/index.js';
import { part, turned } from './parts.js';

const WORKERS = 8;
/** After a viewer has come or gone, nothing is measured for so long. */
const SETTLES_MS = 300;
/** What is compared; all are compared with the first. */
export const ARMS = ['nobody looks', 'nobody looks, again', 'one viewer'];

/** Calls for each second of CPU time of each slice, by arm. What else the machine does counts little for them. */
export async function loop({ rounds, slice, failing }, signal) {
  const restore = configure({ settings: { log: { level: 'silent' }, retry: { minWait: '1ms', maxWait: '5ms' } } });
  const upstream = await part('upstream.js', String(failing / 100));
  const served = await serveDashboard();
  const viewer = await part('viewer.js', served.url);
  const ask = methods(upstream.ready);
  const found = Object.fromEntries(ARMS.map((arm) => [arm, []]));
  try {
    await measured(ask, slice);
    for (let round = 0; round < rounds && !signal.aborted; round++)
      for (const arm of turned(ARMS, round)) {
        await viewer.ask(arm === 'one viewer' ? 'open' : 'close');
        await measured(ask, SETTLES_MS);
        found[arm].push(await measured(ask, slice));
      }
    return found;
  } finally {
    viewer.end();
    upstream.end();
    await served.close();
    restore();
  }
}

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
