// How much a call allocates, whatever becomes of it afterwards.
import { PerformanceObserver } from 'node:perf_hooks';
import { median, newLoop } from './measure.js';

const ROUNDS = 9;
/** Calls of a round: so many that what is counted once does not count, so few that a round does not last. */
const MOST_CALLS = 5000;
const ROUND_NS = 20_000_000;

/**
 * Bytes a call. Needs a heap whose young generation holds all of a round, so that nothing is collected meanwhile:
 * `node --expose-gc --min-semi-space-size=128 --max-semi-space-size=128`.
 * @param {() => Promise<unknown>} call
 * @param {number} ns how long a call takes
 */
export async function allocatedPerCall(call, ns) {
  const calls = Math.ceil(Math.min(MOST_CALLS, ROUND_NS / ns));
  let collections = 0;
  const observer = new PerformanceObserver((list) => (collections += list.getEntries().length));
  const loop = newLoop();
  await loop(call, 4 * calls);
  const sizes = [];
  for (let round = 0; round < ROUNDS; round++) {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
    collections = 0;
    observer.observe({ entryTypes: ['gc'] });
    const before = process.memoryUsage().heapUsed;
    await loop(call, calls);
    const after = process.memoryUsage().heapUsed;
    await new Promise((resolve) => setImmediate(resolve));
    observer.disconnect();
    if (collections === 0) sizes.push((after - before) / calls);
  }
  if (sizes.length === 0) throw new Error(`every one of ${ROUNDS} rounds was collected: fewer calls, or a larger heap`);
  return median(sizes);
}
