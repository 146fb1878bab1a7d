import type { Clock } from '../core/clock.js';
import { checkedRandom, type Random } from '../core/random.js';
import type { ClassifyHook } from './hook.js';
import { entriesOf, note, noteUnknown, type Problems } from '../settings/check.js';
import { refuse } from '../settings/load.js';
import type { SettingsOverrides } from '../settings/schema.js';
import { show } from '../settings/show.js';
import { checkTree } from '../settings/tree.js';
import { EXPECTED_LOGGER, writerFor } from '../telemetry/loggers/adapt.js';
import type { Logger } from '../telemetry/loggers/logger.js';
import type { Writer } from '../telemetry/loggers/writer.js';

/** The options of `configure()`. */
export interface Overrides {
  /** Any part of the settings. Overrides the environment and the file; decorator options override it. */
  readonly settings?: SettingsOverrides;
  /** A logger that replaces holdfast's own: a logger of winston, pino, bunyan, Nest or others, or the console. */
  readonly logger?: Logger;
  /** The source of time. Default: the system clock. */
  readonly clock?: Clock;
  /** Returns random numbers from 0 (included) to 1 (excluded). Default: `Math.random`. */
  readonly random?: Random;
  /**
   * Decides the kind of a failure before the built-in rules; if it returns undefined, those decide. The `classify`
   * option of a decorator is called before it.
   */
  readonly classify?: ClassifyHook;
}

/** Valid overrides, with a writer for their logger. */
export interface CheckedOverrides extends Overrides {
  readonly writer?: Writer;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';

const known: Readonly<Record<string, { readonly expected: string; readonly fits: (value: never) => boolean }>> = {
  clock: {
    expected: 'a clock with now(), setTimer() and clearTimer()',
    fits: (clock: Clock) => isFunction(clock?.now) && isFunction(clock.setTimer) && isFunction(clock.clearTimer),
  },
  random: { expected: 'a function that returns a number from 0 to 1', fits: isFunction },
  classify: { expected: 'a function that returns a kind of failure or undefined', fits: isFunction },
};

/**
 * A checked copy, so that later changes to the caller's object change nothing.
 * @throws {ConfigurationError} that lists every problem
 */
export function checkOverrides(overrides: Overrides): CheckedOverrides {
  const problems: Problems = [];
  const checked: Record<string, unknown> = {};
  for (const [key, value] of entriesOf(overrides, ['configure'], problems)) {
    if (value === undefined) continue;
    if (key === 'settings') checked.settings = checkTree(value, 'code', problems);
    else if (key === 'logger') checked.writer = writerOf(value, problems);
    else if (!Object.hasOwn(known, key)) noteUnknown(problems, [key], ['settings', 'logger', ...Object.keys(known)]);
    else if (!known[key]?.fits(value as never))
      note(problems, [key], `expected ${known[key]?.expected}, got ${show(value)}`);
    else checked[key] = key === 'random' ? checkedRandom(value as Random) : value;
  }
  refuse(problems);
  return checked;
}

function writerOf(logger: unknown, problems: Problems): Writer | undefined {
  const writer = writerFor(logger);
  if (!writer) note(problems, ['logger'], `expected ${EXPECTED_LOGGER}, got ${show(logger)}`);
  return writer;
}
