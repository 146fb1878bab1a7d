import { isStrayPromise } from '../core/stray-promise.js';
import { type Duration, isDuration, toMs } from '../core/duration.js';
import { ConfigurationError } from '../core/errors.js';
import { learner } from '../policies/circuit/fallback.js';
import { show } from '../settings/show.js';
import { Answers } from './answers.js';
import { runtime } from './runtime.js';

/** Options of {@link lastGood}. */
export interface LastGoodOptions {
  /**
   * The key of an answer: calls with the same key have the same answer. Called with the method's arguments, must return
   * a string.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- the arguments' types are the method's, which an option cannot know
  readonly key: (...args: any[]) => string;
  /** How long an answer may be used after it was returned. Default: none (no limit). */
  readonly maxAge?: Duration;
  /**
   * Maximum number of kept answers. The one that has been unused for the longest time is removed first.
   * @default 1000
   */
  readonly max?: number;
}

const DEFAULT_MAX = 1000;

/**
 * A fallback that answers with the last good answer for that key: `fallback: lastGood({ key: (id) => id, maxAge: '1h'
 * })`. If it has none, it does not answer, and the call fails as without a fallback. Use each one for a single method.
 * @throws {ConfigurationError} for wrong options
 */
export function lastGood(options: LastGoodOptions): never {
  const { key, maxAge, max = DEFAULT_MAX } = checked(options);
  const answers = new Answers(max, maxAge === undefined ? Infinity : toMs(maxAge));
  const keyOf = (self: unknown, args: readonly unknown[]): string | undefined => {
    try {
      const found: unknown = key.apply(self, [...args]);
      if (typeof found === 'string') return found;
      // A key is a string: its rejection is ignored.
      isStrayPromise(found);
      return undefined;
    } catch {
      return undefined;
    }
  };
  return learner({
    learn(self, args, value) {
      const found = keyOf(self, args);
      if (found !== undefined) answers.set(found, value, runtime.clock.now());
    },
    learnt(self, args) {
      const found = keyOf(self, args);
      return found === undefined ? undefined : answers.get(found, runtime.clock.now());
    },
    // The type fits every method: each answer is an earlier result of the method itself.
  }) as never;
}

function checked(options: LastGoodOptions): LastGoodOptions {
  const { key, maxAge, max } = (options ?? {}) as { readonly [K in keyof LastGoodOptions]?: unknown };
  const problems: string[] = [];
  if (typeof key !== 'function')
    problems.push(`lastGood: key: expected a function, got ${show(key)}; write key: (id) => id`);
  if (maxAge !== undefined && !(isDuration(maxAge) && toMs(maxAge) > 0))
    problems.push(`lastGood: maxAge: expected a duration above 0, got ${show(maxAge)}`);
  if (max !== undefined && !(Number.isSafeInteger(max) && (max as number) >= 1))
    problems.push(`lastGood: max: expected an integer >= 1, got ${show(max)}`);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return options;
}
