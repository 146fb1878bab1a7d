// Parts of the benchmark in processes of their own, whose work is not counted.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts a file of this folder, until it says that it is ready. */
export async function part(file, argument) {
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

/** Lower quartile, median and upper quartile. */
export function quartiles(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.25, 0.5, 0.75].map((part) => sorted[Math.floor((sorted.length - 1) * part)]);
}

/** Arms in the order of a round: each round begins with another one, so that none is always the first. */
export function turned(arms, round) {
  return arms.map((_, i) => arms[(i + round) % arms.length]);
}
