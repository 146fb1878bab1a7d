// The heap without its garbage. The collector can be called although the process was started without `--expose-gc`.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** How much it may grow after the first tenth of the work. */
const MOST_GROWTH = 2_000_000;

/** Bytes in use once everything that nobody holds is gone. */
export async function heapInUse() {
  for (let i = 0; i < 3; i++) {
    collect();
    // Finalizers run between turns.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

/** Bytes beyond what it may have grown by between the first sample and the last ones. */
export function excessGrowth(samples) {
  return Math.max(0, growth(samples) - MOST_GROWTH);
}

function growth(samples) {
  // What one sample happens to hold, such as code that was just compiled, is no leak: that only grows.
  return Math.min(...samples.slice(-3)) - samples[0];
}

/** The samples, for people. */
export function inMegabytes(samples) {
  const mb = (bytes) => (bytes / 1e6).toFixed(1);
  return `${samples.map(mb).join(', ')} MB`;
}
