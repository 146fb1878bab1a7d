import { warn } from './process.js';
import { isStrayPromise } from './stray-promise.js';

/** A source of random numbers from 0 (included) to 1 (excluded). */
export type Random = () => number;

/** Looks up `Math.random` at each call, so that a stub that a test installs later takes effect. */
export const systemRandom: Random = () => Math.random();

/**
 * A user's source, checked at each call: with a wrong number a retry would not wait. What is not a number from 0 to 1 is
 * reported once, and replaced by `Math.random()`.
 */
export function checkedRandom(source: Random): Random {
  let isReported = false;
  const report = (came: string): void => {
    if (isReported) return;
    isReported = true;
    warn(
      `configure(): random: expected a function that returns a number from 0 to 1, ${came}. Math.random is used instead. ` +
        'Write: () => 0.5',
      'HOLDFAST_RANDOM',
    );
  };
  return () => {
    try {
      const drawn: unknown = source();
      if (typeof drawn === 'number' && drawn >= 0 && drawn <= 1) return drawn;
      if (isStrayPromise(drawn)) report('but it returned a promise');
      else
        report(`but it returned ${typeof drawn === 'number' ? 'another number' : `a value of type ${typeof drawn}`}`);
    } catch {
      report('but it threw');
    }
    return systemRandom();
  };
}
