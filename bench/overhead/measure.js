// Ratios within one run: rounds of all subjects are interleaved, so that whatever else the machine does hits them alike.

/**
 * How long a round takes, whatever is called in it. Short enough that most rounds are not interrupted by what else the
 * machine does, for a median forgets the others; and alike for all, or the slower ones would be interrupted more often.
 */
const ROUND_NS = 500_000;
/** How often each subject is called for each round before it counts, so that the engine compiles it. */
const WARM_UP_CALLS = 1000;
/** What takes long is warmed up for so long at most. */
const WARM_UP_NS = 2_000_000_000;

/**
 * @param {Record<string, () => Promise<unknown>>} subjects what to call, one call after the other
 * @param {number} rounds
 * @returns {Promise<Record<string, number[]>>} nanoseconds a call, for each round
 */
export async function measure(subjects, rounds) {
  const runs = [];
  for (const [name, call] of Object.entries(subjects)) {
    const loop = newLoop();
    runs.push({ name, call, loop, count: await callsOfRound(loop, call, WARM_UP_CALLS * rounds), times: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { call, loop, count, times } of runs) {
      // One subject's garbage is not to be collected in another one's round.
      globalThis.gc?.({ type: 'minor' });
      times.push((await timeOf(loop, call, count)) / count);
    }
  }
  return Object.fromEntries(runs.map(({ name, times }) => [name, times]));
}

/** Warms up, and finds how many calls fill a round. */
async function callsOfRound(loop, call, atLeast) {
  let count = 1;
  let called = 0;
  for (let spent = 0; called < atLeast && spent < WARM_UP_NS; ) {
    const time = await timeOf(loop, call, count);
    called += count;
    spent += time;
    count = Math.max(1, Math.min(2 * count, Math.round((count * ROUND_NS) / time)));
  }
  return count;
}

async function timeOf(loop, call, count) {
  const started = process.hrtime.bigint();
  await loop(call, count);
  return Number(process.hrtime.bigint() - started);
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
