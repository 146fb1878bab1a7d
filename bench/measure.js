// Ratios within one run: rounds of all subjects are interleaved, so that whatever else the machine does hits them alike.

/**
 * @param {Record<string, () => Promise<unknown>>} subjects what to call, one call after the other
 * @param {{ rounds?: number, calls?: number, warmUp?: number }} [options]
 * @returns {Promise<Record<string, number[]>>} nanoseconds a call, for each round that was measured
 */
export async function measure(subjects, { rounds = 60, calls = 20_000, warmUp = 10 } = {}) {
  const names = Object.keys(subjects);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds + warmUp; round++) {
    for (const name of names) {
      const time = await run(subjects[name], calls);
      if (round >= warmUp) times[name].push(time);
    }
  }
  return times;
}

async function run(call, calls) {
  const started = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) await call();
  return Number(process.hrtime.bigint() - started) / calls;
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
