// Ratios within one run: rounds of all subjects are interleaved, so that whatever else the machine does hits them alike.

/** Rounds that the engine is given to compile what is measured. */
const WARM_UP = 10;

/**
 * @typedef {object} Subject
 * @property {() => Promise<unknown>} call
 * @property {number} [share] how many of a round's calls to make, for what takes long: 0.01 is one in a hundred
 */

/**
 * @param {Record<string, Subject>} subjects what to call, one call after the other
 * @param {{ rounds: number, calls: number }} size
 * @returns {Promise<Record<string, number[]>>} nanoseconds a call, for each round that was measured
 */
export async function measure(subjects, { rounds, calls }) {
  const runs = Object.entries(subjects).map(([name, { call, share = 1 }]) => {
    return { name, call, loop: newLoop(), count: Math.max(1, Math.round(calls * share)), times: [] };
  });
  for (let round = 0; round < rounds + WARM_UP; round++) {
    for (const { call, loop, count, times } of runs) {
      // One subject's garbage is not to be collected in another one's round.
      globalThis.gc?.({ type: 'minor' });
      const started = process.hrtime.bigint();
      await loop(call, count);
      const ended = process.hrtime.bigint();
      if (round >= WARM_UP) times.push(Number(ended - started) / count);
    }
  }
  return Object.fromEntries(runs.map(({ name, times }) => [name, times]));
}

let loops = 0;

/**
 * A loop of its own for each subject: the engine keeps what it learns with the source, and one loop for all would know
 * no subject well enough to inline it. An application calls a method from places of its own, too.
 */
export function newLoop() {
  const source = `return async (call, count) => { for (let i = 0; i < count; i++) await call(); } // ${++loops}`;
  // oxlint-disable-next-line typescript/no-implied-eval -- the same source twice would be one function to the engine
  return new Function(source)();
}

/** The middle one of values. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** The median of what two subjects took in the same rounds, one divided by the other. */
export function ratio(times, name, base) {
  return median(times[name].map((time, round) => time / times[base][round]));
}

/** The median of what one subject took more than the other in the same rounds, in nanoseconds. */
export function surplus(times, name, base) {
  return median(times[name].map((time, round) => time - times[base][round]));
}
