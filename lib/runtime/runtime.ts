import { type Clock, systemClock } from '../core/clock.js';
import { ConfigurationError } from '../core/errors.js';
import type { ResilienceEvent } from '../core/events.js';
import { type Random, systemRandom } from '../core/random.js';
import { type LoadedSettings, loadWithOrigins } from '../settings/load.js';
import { mergeSettings } from '../settings/merge.js';
import type { Layers } from '../settings/resolve.js';
import type { Settings } from '../settings/schema.js';
import { createLogger, type Logger } from '../telemetry/logger.js';
import { Telemetry } from '../telemetry/telemetry.js';
import { checkOverrides, type Overrides } from './overrides.js';

/** Overrides, and what only the switches for tests set. */
interface Override extends Overrides {
  readonly instantRetries?: boolean;
}

let overrides: readonly Override[] = [];
let loaded: LoadedSettings | undefined;
let refused: ConfigurationError | undefined;
let ownLogger: { readonly level: string; readonly logger: Logger } | undefined;

/**
 * What is current. `version` grows with every change, so that a decorated method sees with one comparison whether what
 * it worked out before still holds.
 */
export const runtime = {
  version: 1,
  clock: systemClock as Clock,
  random: systemRandom as Random,
  instantRetries: false,
  telemetry: new Telemetry(currentLogger),
};

/**
 * Sets settings, logger, clock or random source, also for classes that are defined already.
 * @returns a function that restores what was there, whatever has been configured since
 * @throws {ConfigurationError} that lists every problem; nothing is changed then
 */
export function configure(given: Overrides): () => void {
  return override(checkOverrides(given));
}

/** Settings of the environment or the file that are wrong are told where they are used, not here. */
function isLoadable(): boolean {
  try {
    return layers() !== undefined;
  } catch {
    return false;
  }
}

export function override(added: Override): () => void {
  const before = overrides;
  overrides = [...overrides, added];
  try {
    if (added.settings && isLoadable()) mergeSettings(layers());
  } catch (contradiction) {
    overrides = before;
    throw contradiction;
  }
  refresh();
  return () => {
    overrides = overrides.filter((other) => other !== added);
    refresh();
  };
}

/**
 * Hears every event. What a listener throws changes no outcome.
 * @returns a function that ends it
 */
export function onEvent(listener: (event: ResilienceEvent) => void): () => void {
  if (typeof listener !== 'function') throw new ConfigurationError(['onEvent: expected a function']);
  return runtime.telemetry.listen(listener);
}

/**
 * Everything that has a say about settings. The environment and the file are read once, at the first call.
 * @throws {ConfigurationError} while they are wrong
 */
export function layers(): Layers {
  if (refused) throw refused;
  try {
    loaded ??= loadWithOrigins();
  } catch (error) {
    refused = error as ConfigurationError;
    throw refused;
  }
  return { loaded, configured: overrides.flatMap(({ settings }) => settings ?? []) };
}

/** The settings in effect where no decorator and no section says otherwise. */
export function currentSettings(): Settings {
  return mergeSettings(layers());
}

function refresh(): void {
  const latest = <K extends keyof Override>(key: K): Override[K] | undefined => {
    return overrides.findLast((one) => one[key] !== undefined)?.[key];
  };
  runtime.version += 1;
  runtime.clock = latest('clock') ?? systemClock;
  runtime.random = latest('random') ?? systemRandom;
  runtime.instantRetries = latest('instantRetries') ?? false;
}

function currentLogger(): Logger {
  const configured = overrides.findLast(({ logger }) => logger)?.logger;
  if (configured) return configured;
  const { level } = currentSettings().log;
  if (ownLogger?.level !== level) ownLogger = { level, logger: createLogger(level) };
  return ownLogger.logger;
}
